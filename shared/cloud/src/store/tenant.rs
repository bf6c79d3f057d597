//! What organisers read and change: lists of edits, the summary, an event's policy.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use domain::audit::{Action, Actor, Change};
use domain::breaker::Breakers;
use domain::budget::{BudgetAlert, BudgetMonth, LedgerEntry, Tenant};
use domain::event::{EventPolicy, PolicyChange};
use domain::figures::Figures;
use domain::latency::LatencyHistogram;
use domain::{Edit, EditId, Event, EventId, Status, TenantId};

use super::breakers::{breaker_keys, breakers};
use super::{budget, figures, keys};
use crate::error::unreadable;
use crate::table::{Condition, Index, Item, Query, Update, Write, number, text};
use crate::{Cloud, PortError, SaveError};

/// The attribute of an event that counts the changes of its policy.
const POLICY_VERSION: &str = "policy_version";

/// Everything that a summary is made of, read in one call.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryItems {
    /// `None` where it is gone.
    pub event: Option<Event>,
    pub tenant: Option<Tenant>,
    /// The tenant's month.
    pub budget: BudgetMonth,
    /// The event's month.
    pub figures: Figures,
    /// Provider latencies of the event's month.
    pub latencies: LatencyHistogram,
    pub breakers: Breakers,
}

impl Cloud {
    /// A page of an event's finished edits, oldest first. What is finished after its page was read moves nothing, and is not
    /// found behind the cursor.
    pub async fn finished_edits(
        &self,
        event: &EventId,
        after: Option<EditId>,
        limit: u32,
    ) -> Result<Vec<Edit>, PortError> {
        let status = Status::Succeeded;
        let after = after.map(|edit| start_after(event, edit, Some(status)));
        let query = Query::index(Index::ByStatus, keys::status_partition(event, status));
        self.page(query.after_item(after).limit(limit), "an edit").await
    }

    /// A page of the ledger of a tenant's month, newest edit first.
    pub async fn ledger_entries(
        &self,
        tenant: &TenantId,
        month: &str,
        after: Option<EditId>,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, PortError> {
        let query = Query::table(keys::ledger_partition(tenant, month))
            .backward()
            .after(after.map(|edit| keys::ledger(tenant, month, edit)))
            .limit(limit);
        self.page(query, "a ledger entry").await
    }

    /// A page of an event's edits, newest first, after an edit that need not exist any more. With a status only
    /// those that have it; what a page costs does not depend on how many others there are.
    pub async fn edits(
        &self,
        event: &EventId,
        status: Option<Status>,
        after: Option<EditId>,
        limit: u32,
    ) -> Result<Vec<Edit>, PortError> {
        let query = match status {
            None => Query::table(keys::event_partition(event)).begins_with("EDIT#"),
            Some(status) => Query::index(Index::ByStatus, keys::status_partition(event, status)),
        };
        // Made from the id alone: the edit that was seen last may have moved to another status, or be gone.
        let after = after.map(|edit| start_after(event, edit, status));
        let query = query.backward().after_item(after).limit(limit);
        self.page(query, "an edit").await
    }
}

/// The key of an edit in the table, or in the index by status.
fn start_after(event: &EventId, edit: EditId, status: Option<Status>) -> Item {
    let mut key = keys::edit(event, edit).into_item();
    if let Some(status) = status {
        key.insert(
            "status_pk".to_owned(),
            text(keys::status_partition(event, status)),
        );
        key.insert("status_sk".to_owned(), text(edit.ulid()));
    }
    key
}

impl Cloud {
    /// One batch read.
    pub async fn summary_items(
        &self,
        tenant: &TenantId,
        event: &EventId,
        month: &str,
    ) -> Result<SummaryItems, PortError> {
        let asked = [keys::event(event), keys::tenant(tenant)].into_iter();
        let parts = figures::all_keys(event, month).chain(budget::parts_keys(tenant, month));
        let found = self
            .read_together(asked.chain(parts).chain(breaker_keys()))
            .await?;
        let (figures, latencies) = figures::sum(&found, event, month)?;
        Ok(SummaryItems {
            event: found.get(&keys::event(event), "an event")?,
            tenant: found.get(&keys::tenant(tenant), "a tenant")?,
            budget: budget::parts(&found, tenant, month)?.total(),
            figures,
            latencies,
            breakers: breakers(&found),
        })
    }

    /// The tenant's budget alerts of a month, newest first.
    pub async fn budget_alerts(
        &self,
        tenant: &TenantId,
        month: &str,
        limit: u32,
    ) -> Result<Vec<BudgetAlert>, PortError> {
        // The time that follows begins with its month.
        let query = Query::table(keys::tenant(tenant).pk)
            .begins_with(format!("ALERT#{month}"))
            .backward()
            .limit(limit);
        self.page(query, "a budget alert").await
    }
}

impl Cloud {
    /// Writes the fields that change, and answers the event as it is then; `None` where the tenant has no such event. The
    /// write is conditional on the version of the policy that was read. Where somebody else was faster, the change starts
    /// over, so that changes of different fields both last; unless the caller asks for a version:
    /// [`SaveError::Changed`] then says that the policy has another one.
    pub async fn change_policy(
        &self,
        by: &Actor,
        tenant: &TenantId,
        event: &EventId,
        change: &PolicyChange,
        at_version: Option<u32>,
    ) -> Result<Option<Event>, SaveError> {
        let attempt = || async {
            let found: Option<Event> = self.event(event).await?;
            let Some(mut found) = found.filter(|found| found.tenant_id == *tenant) else {
                return Ok(None);
            };
            let version = found.policy_version;
            if at_version.is_some_and(|asked| asked != version) {
                return Err(SaveError::Changed);
            }
            let policy = change.of(&found.policy);
            let changes = Change::between(Some(&found.policy), Some(&policy));
            if changes.is_empty() {
                return Ok(Some(found));
            }
            let unchanged = match version {
                0 => Condition::missing(POLICY_VERSION).or(Condition::eq(POLICY_VERSION, number(0))),
                version => Condition::eq(POLICY_VERSION, number(version)),
            };
            let own = Condition::eq("tenant_id", text(tenant.as_str()));
            let update = changed_fields(&found.policy, &policy)?
                .into_iter()
                .fold(Update::default(), |update, (field, value)| {
                    update.set(format!("policy.{field}"), value)
                })
                .set(POLICY_VERSION, number(version + 1));
            let deed = by.did(Action::PolicyChanged).of(tenant).at(event).to(event);
            let mut writes = vec![Write::update(keys::event(event), update).when(own.and(unchanged))];
            writes.extend(self.audit_writes(&deed.with(changes))?);
            self.transact(writes).await?;
            found.policy = policy;
            found.policy_version = version + 1;
            Ok(Some(found))
        };
        let backoff = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(15))
            .with_max_times(6);
        let made = attempt.retry(backoff);
        let may_start_over = at_version.is_none();
        made.when(|error| may_start_over && matches!(error, SaveError::Changed))
            .await
    }
}

/// The fields in which two policies differ, as the second one has them.
fn changed_fields(before: &EventPolicy, after: &EventPolicy) -> Result<Item, PortError> {
    let item = |policy| serde_dynamo::to_item(policy).map_err(unreadable("a policy to write"));
    let (before, mut after): (Item, Item) = (item(before)?, item(after)?);
    after.retain(|field, value| before.get(field) != Some(value));
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fields_that_change_are_written_and_null_is_a_value() {
        let before = EventPolicy {
            policy_message: Some("Later.".to_owned()),
            ..EventPolicy::default()
        };
        let after = EventPolicy {
            enabled: false,
            ..EventPolicy::default()
        };
        let fields = changed_fields(&before, &after).unwrap();
        assert_eq!(fields.len(), 2);
        assert_eq!(fields["enabled"].as_bool(), Ok(&false));
        assert_eq!(fields["policy_message"].as_null(), Ok(&true));
    }
}
