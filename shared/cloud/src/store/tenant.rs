//! What organisers read and change: lists of edits, the summary, an event's policy.

use crate::PortError;
use domain::breaker::Breakers;
use domain::budget::{BudgetMonth, Tenant};
use domain::figures::Figures;
use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use domain::budget::BudgetAlert;
use domain::event::PolicyChange;
use domain::figures::Counter;
use domain::summary::{LATENCY_BUCKETS, LatencyHistogram};
use domain::{Edit, EditId, Event, EventId, Status, TenantId};

use super::breakers::{breaker_keys, breakers};
use super::keys::{self, BY_STATUS, Item, text};
use super::read::parse;
use crate::Cloud;
use crate::error::{unavailable, unreadable};

/// Everything that a summary is made of, read in one call.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryItems {
    /// The event; `None` where it is gone.
    pub event: Option<Event>,
    /// Its tenant.
    pub tenant: Option<Tenant>,
    /// The tenant's month.
    pub budget: BudgetMonth,
    /// The event's month.
    pub figures: Figures,
    /// Provider latencies of the event's month.
    pub latencies: LatencyHistogram,
    /// Which providers are in service.
    pub breakers: Breakers,
}

impl Cloud {
    /// A page of an event's edits, newest first, after an edit that need not exist any more. With a status only
    /// those that have it; what a page costs does not depend on how many others there are.
    pub async fn edits(
        &self,
        event: &EventId,
        status: Option<Status>,
        after: Option<EditId>,
        limit: u32,
    ) -> Result<Vec<Edit>, PortError> {
        let wanted = limit as usize;
        let mut items: Vec<Item> = Vec::new();
        // Made from the id alone: the edit that was seen last may have moved to another status, or be gone.
        let mut start = after.map(|edit| start_after(event, edit, status));
        // One answer of DynamoDB ends at 1 MB, which long prompts can reach before the page is full.
        loop {
            let left = i32::try_from(wanted - items.len()).unwrap_or(i32::MAX);
            let query = self.dynamodb.query().table_name(&self.config.table);
            let query = match status {
                None => query
                    .key_condition_expression("pk = :pk AND begins_with(sk, :edit)")
                    .expression_attribute_values(":pk", text(keys::event_partition(event)))
                    .expression_attribute_values(":edit", text("EDIT#")),
                Some(status) => query
                    .index_name(BY_STATUS)
                    .key_condition_expression("status_pk = :pk")
                    .expression_attribute_values(":pk", text(keys::status_partition(event, status))),
            };
            let answer = query
                .scan_index_forward(false)
                .set_exclusive_start_key(start)
                .limit(left)
                .send()
                .await
                .map_err(unavailable("dynamodb.Query"))?;
            items.extend(answer.items.into_iter().flatten());
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() || items.len() >= wanted {
                return items.into_iter().map(|item| parse(item, "an edit")).collect();
            }
        }
    }
}

/// The key of an edit, as a query of the table or of the index begins after it.
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
        let figures = keys::figures(event, month);
        let budget = keys::budget(tenant, month);
        let (event, tenant) = (keys::event(event), keys::tenant(tenant));
        let asked = [&event, &tenant, &budget, &figures].map(Clone::clone);
        let found = self
            .read_together(asked.into_iter().chain(breaker_keys()))
            .await?;
        Ok(SummaryItems {
            event: found.get(&event, "an event")?,
            tenant: found.get(&tenant, "a tenant")?,
            budget: found.get(&budget, "a budget")?.unwrap_or_default(),
            figures: found.get(&figures, "an event's figures")?.unwrap_or_default(),
            latencies: found.item(&figures).map(histogram).unwrap_or_default(),
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
        let answer = self
            .dynamodb
            .query()
            .table_name(&self.config.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :month)")
            .expression_attribute_values(":pk", text(keys::tenant(tenant).pk))
            // The time that follows begins with its month.
            .expression_attribute_values(":month", text(format!("ALERT#{month}")))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(unavailable("dynamodb.Query"))?;
        let items = answer.items.into_iter().flatten();
        items.map(|item| parse(item, "a budget alert")).collect()
    }
}

/// The histogram's buckets stand beside the counters, one attribute each, because only numbers can be added to.
pub(crate) fn histogram(figures: &Item) -> LatencyHistogram {
    let mut counts = [0; LATENCY_BUCKETS];
    for (index, count) in (0_u8..).zip(&mut counts) {
        *count = figures
            .get(&Counter::LatencyBucket(index).attribute())
            .and_then(|value| value.as_n().ok()?.parse().ok())
            .unwrap_or(0);
    }
    LatencyHistogram::new(counts)
}

impl Cloud {
    /// Writes the fields that change, on condition that the event is the tenant's, and answers the event as it is
    /// then; `None` where there is no such event of the tenant. Changes of other fields made at the same moment
    /// stay.
    pub async fn change_policy(
        &self,
        tenant: &TenantId,
        event: &EventId,
        change: &PolicyChange,
    ) -> Result<Option<Event>, PortError> {
        if change.is_empty() {
            let found = self.event(event).await?;
            return Ok(found.filter(|event| event.tenant_id == *tenant));
        }
        let fields: Item = serde_dynamo::to_item(change).map_err(unreadable("a policy to write"))?;
        let mut sets = Vec::new();
        let mut names = HashMap::from([("#policy".to_owned(), "policy".to_owned())]);
        let mut values = Item::from([(":tenant".to_owned(), text(tenant.as_str()))]);
        for (index, (field, value)) in fields.into_iter().enumerate() {
            sets.push(format!("#policy.#f{index} = :f{index}"));
            names.insert(format!("#f{index}"), field);
            values.insert(format!(":f{index}"), value);
        }
        let written = self
            .dynamodb
            .update_item()
            .table_name(&self.config.table)
            .set_key(Some(keys::event(event).into_item()))
            .update_expression(format!("SET {}", sets.join(", ")))
            .condition_expression("tenant_id = :tenant")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match written {
            Ok(written) => written.attributes.map(|item| parse(item, "an event")).transpose(),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(unavailable("dynamodb.UpdateItem")(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fields_that_change_are_written_and_null_is_a_value() {
        let change = PolicyChange {
            enabled: Some(false),
            policy_message: Some(None),
            ..PolicyChange::default()
        };
        let fields: Item = serde_dynamo::to_item(&change).unwrap();
        assert_eq!(fields.len(), 2);
        assert_eq!(fields["enabled"].as_bool(), Ok(&false));
        assert_eq!(fields["policy_message"].as_null(), Ok(&true));
    }

    #[test]
    fn a_histogram_is_read_from_the_figures_attributes() {
        let change = {
            let mut change = domain::figures::FiguresChange::default();
            change.add_latency(100);
            change.add_latency(400_000);
            change
        };
        let figures: Item = change
            .iter()
            .map(|(counter, amount)| (counter.attribute(), keys::number(amount)))
            .collect();
        let histogram = histogram(&figures);
        assert_eq!(histogram.samples(), 2);
        assert_eq!(
            (histogram.percentile(50), histogram.percentile(95)),
            (Some(125), Some(300_000))
        );
    }
}
