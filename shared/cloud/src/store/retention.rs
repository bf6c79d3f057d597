//! Finding what has had its time, one partition at a time, and taking it away.

use crate::PortError;
use std::collections::{BTreeMap, HashSet};

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use domain::budget::LedgerEntry;
use domain::context::hour_of;
use domain::edit::Origin;
use domain::event::Photo;
use domain::{Edit, EditId, EventId, PhotoId, Status, TenantId};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Deserialize;
use tokio::time::sleep;

use super::change::{PageOf, Tests};
use super::keys::{self, BY_STATUS, EVENTS, Key, TENANTS, number, text};
use super::read::{parse, pauses};
use super::tenants::Listed;
use super::transaction::Condition;
use crate::Cloud;
use crate::error::unavailable;

/// Deletes in one `BatchWriteItem`; DynamoDB's limit.
const DELETES: usize = 25;
/// Reads in one `BatchGetItem`; DynamoDB's limit.
const READS: usize = 100;

impl Cloud {
    /// A page of the ids of all events.
    pub async fn event_ids(&self, after: Option<&EventId>, limit: u32) -> Result<Vec<EventId>, PortError> {
        self.ids(EVENTS, after.map(ToString::to_string), limit).await
    }

    /// A page of an event's edits that were made before `end`, whatever their status.
    pub async fn edits_made_before(
        &self,
        event: &EventId,
        end: Timestamp,
        after: Option<EditId>,
        limit: u32,
    ) -> Result<Vec<Edit>, PortError> {
        let page = PageOf {
            pk: keys::event_partition(event),
            prefix: "EDIT#",
            until: Some(keys::edit(event, EditId::new(end, 0)).sk),
            after: after.map(|edit| keys::edit(event, edit).sk),
            limit,
            ..PageOf::default()
        };
        self.page(page, "an edit").await
    }

    /// A page of an event's photos that were made before `end`.
    pub async fn photos_made_before(
        &self,
        event: &EventId,
        end: Timestamp,
        after: Option<PhotoId>,
        limit: u32,
    ) -> Result<Vec<Photo>, PortError> {
        let page = PageOf {
            pk: keys::event_partition(event),
            prefix: "PHOTO#",
            until: Some(keys::photo(event, PhotoId::new(end, 0)).sk),
            after: after.map(|photo| keys::photo(event, photo).sk),
            limit,
            ..PageOf::default()
        };
        self.page(page, "a photo").await
    }

    /// The photos of an event that an edit under way still needs.
    pub async fn photos_under_way(&self, event: &EventId) -> Result<HashSet<PhotoId>, PortError> {
        let mut found = HashSet::new();
        for status in Status::ALL.iter().copied().filter(|status| !status.is_terminal()) {
            let mut start = None;
            loop {
                let answer = self
                    .dynamodb
                    .query()
                    .table_name(&self.config.table)
                    .index_name(BY_STATUS)
                    .key_condition_expression("status_pk = :pk")
                    .expression_attribute_values(":pk", text(keys::status_partition(event, status)))
                    .projection_expression("photo_id")
                    .set_exclusive_start_key(start)
                    .send()
                    .await
                    .map_err(unavailable("dynamodb.Query"))?;
                for item in answer.items.into_iter().flatten() {
                    let edit: PhotoOfEdit = parse(item, "an edit's photo")?;
                    found.insert(edit.photo_id);
                }
                start = answer.last_evaluated_key.filter(|key| !key.is_empty());
                if start.is_none() {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Takes away idempotency records and guest counts that belong to these edits alone, then the edits.
    pub async fn forget_edits(&self, edits: &[Edit]) -> Result<(), PortError> {
        self.forget_traces(edits).await?;
        let rows = edits.iter().map(|edit| keys::edit(&edit.event_id, edit.id));
        self.delete_all(rows.collect()).await
    }

    /// Takes away photos.
    pub async fn forget_photos(&self, photos: &[Photo]) -> Result<(), PortError> {
        let rows = photos.iter().map(|photo| keys::photo(&photo.event_id, photo.id));
        self.delete_all(rows.collect()).await
    }

    /// Takes away an event's counters of the months before this one.
    pub async fn forget_figures_before(&self, event: &EventId, month: &str) -> Result<(), PortError> {
        let pk = keys::event_partition(event);
        let stale = self
            .sort_keys(pk, "STATS#", keys::figures(event, month).sk)
            .await?;
        let own = keys::figures(event, month);
        self.delete_all(stale.into_iter().filter(|key| *key != own).collect())
            .await
    }
}

impl Cloud {
    /// A page of the ids of all tenants.
    pub async fn tenant_ids(&self, after: Option<&TenantId>, limit: u32) -> Result<Vec<TenantId>, PortError> {
        self.ids(TENANTS, after.map(ToString::to_string), limit).await
    }

    /// The months up to this one, itself included, in which a tenant has counters, oldest first.
    pub async fn months_until(&self, tenant: &TenantId, month: &str) -> Result<Vec<String>, PortError> {
        let last = keys::budget(tenant, month);
        let found = self.sort_keys(last.pk.clone(), "BUDGET#", last.sk).await?;
        let month_of = |key: Key| key.sk.strip_prefix("BUDGET#").map(str::to_owned);
        Ok(found.into_iter().filter_map(month_of).collect())
    }

    /// A page of a month's ledger entries whose edits were made before `end`.
    pub async fn entries_made_before(
        &self,
        tenant: &TenantId,
        month: &str,
        end: Timestamp,
        after: Option<EditId>,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, PortError> {
        let last = keys::ledger(tenant, month, EditId::new(end, 0));
        let page = PageOf {
            pk: last.pk,
            until: Some(last.sk),
            after: after.map(|edit| edit.ulid()),
            limit,
            ..PageOf::default()
        };
        self.page(page, "a ledger entry").await
    }

    /// Takes away ledger entries.
    pub async fn forget_entries(&self, entries: &[LedgerEntry]) -> Result<(), PortError> {
        let rows = entries
            .iter()
            .map(|entry| keys::ledger(&entry.tenant_id, &entry.month, entry.edit_id));
        self.delete_all(rows.collect()).await
    }

    /// Takes away a month's budget alerts and counters, unless it has ledger entries or reservations left.
    pub async fn forget_month(&self, tenant: &TenantId, month: &str) -> Result<(), PortError> {
        let entries = keys::ledger(tenant, month, EditId::new(Timestamp::UNIX_EPOCH, 0)).pk;
        let left: Vec<LedgerEntry> = self
            .page(
                PageOf {
                    pk: entries,
                    limit: 1,
                    ..PageOf::default()
                },
                "a ledger entry",
            )
            .await?;
        if !left.is_empty() {
            return Ok(());
        }
        let own = keys::tenant(tenant).pk;
        // The time that follows begins with its month; `~` sorts after every character of a time.
        let alerts = self
            .sort_keys_between(own, format!("ALERT#{month}"), format!("ALERT#{month}~"))
            .await?;
        self.delete_all(alerts).await?;
        // The counters last: they are how the month is found.
        let settled = Condition {
            expression: "attribute_not_exists(committed) OR committed = spent".to_owned(),
            ..Condition::default()
        };
        self.delete_if(keys::budget(tenant, month), settled).await
    }
}

impl Cloud {
    /// A page of the ids in a list.
    async fn ids<T>(&self, list: &str, after: Option<String>, limit: u32) -> Result<Vec<T>, PortError>
    where
        T: std::str::FromStr,
    {
        let page = PageOf {
            pk: list.to_owned(),
            after,
            limit,
            ..PageOf::default()
        };
        let entries: Vec<Listed> = self.page(page, "a list's entry").await?;
        let id = |entry: &Listed| entry.id.parse();
        let ids: Result<Vec<T>, _> = entries.iter().map(id).collect();
        ids.map_err(|_| PortError::Unreadable("a list's entry".to_owned()))
    }

    /// What else remembers these edits: their idempotency records and the counts of their guests. Most of it has gone
    /// by its TTL; what is there goes only if it is not in use by somebody else, because a key can be used again after
    /// a day, and a guest can come back.
    async fn forget_traces(&self, edits: &[Edit]) -> Result<(), PortError> {
        let expired = |now: i64| Tests::default().and("expires_at", "<=", number(now));
        let now = self.now().as_second();
        let mut traces: BTreeMap<(String, String), Tests> = BTreeMap::new();
        let mut trace = |key: Key, tests: Tests| traces.insert((key.pk, key.sk), tests);
        for edit in edits {
            if let Some(key) = &edit.idempotency_key {
                let own = Tests::default().and("record.edit_id", "=", text(edit.id.to_string()));
                trace(keys::idempotency(key), own);
            }
            if let Origin::Guest { scope_hash } = &edit.origin {
                trace(keys::guest_open(scope_hash), expired(now));
                let hour = hour_of(edit.created_at);
                trace(keys::guest_hour(scope_hash, &hour), expired(now));
            }
        }
        let mut traces: Vec<(Key, Tests)> = traces
            .into_iter()
            .map(|((pk, sk), tests)| (Key { pk, sk }, tests))
            .collect();
        while !traces.is_empty() {
            let batch = traces.split_off(traces.len().saturating_sub(READS));
            let there = self
                .read_together(batch.iter().map(|(key, _)| key.clone()))
                .await?;
            let deletes = batch
                .into_iter()
                .filter(|(key, _)| there.item(key).is_some())
                .map(|(key, tests)| self.delete_if(key, tests.into()));
            try_join_all(deletes).await?;
        }
        Ok(())
    }

    /// Deletes an item if the condition holds; where it does not, somebody else needs the item.
    async fn delete_if(&self, key: Key, condition: Condition) -> Result<(), PortError> {
        let deleted = self
            .dynamodb
            .delete_item()
            .table_name(&self.config.table)
            .set_key(Some(key.into_item()))
            .condition_expression(condition.expression)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values)
            .send()
            .await;
        match deleted {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(unavailable("dynamodb.DeleteItem")(error)),
        }
    }

    /// Deletes items for good; those that are not there count as deleted.
    async fn delete_all(&self, keys: Vec<Key>) -> Result<(), PortError> {
        let batches: Vec<Vec<WriteRequest>> = keys
            .chunks(DELETES)
            .map(|batch| batch.iter().cloned().map(delete).collect())
            .collect::<Result<_, _>>()?;
        for batch in batches {
            let mut open = Some([(self.config.table.clone(), batch)].into());
            let mut pauses = pauses();
            while let Some(request) = open.take() {
                let answer = self
                    .dynamodb
                    .batch_write_item()
                    .set_request_items(Some(request))
                    .send()
                    .await
                    .map_err(unavailable("dynamodb.BatchWriteItem"))?;
                open = answer.unprocessed_items.filter(|left| !left.is_empty());
                if open.is_some() {
                    let busy = || PortError::Unavailable("dynamodb.BatchWriteItem".to_owned());
                    sleep(pauses.next().ok_or_else(busy)?).await;
                }
            }
        }
        Ok(())
    }

    /// Keys of a partition from the first with this prefix to this one, itself included.
    async fn sort_keys(&self, pk: String, prefix: &str, last: String) -> Result<Vec<Key>, PortError> {
        self.sort_keys_between(pk, prefix.to_owned(), last).await
    }

    async fn sort_keys_between(
        &self,
        pk: String,
        first: String,
        last: String,
    ) -> Result<Vec<Key>, PortError> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let answer = self
                .dynamodb
                .query()
                .table_name(&self.config.table)
                .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
                .expression_attribute_values(":pk", text(&pk))
                .expression_attribute_values(":first", text(&first))
                .expression_attribute_values(":last", text(&last))
                .projection_expression("pk, sk")
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(unavailable("dynamodb.Query"))?;
            for item in answer.items.into_iter().flatten() {
                let key: StoredKey = parse(item, "a key")?;
                found.push(Key::new(key.pk, key.sk));
            }
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(found);
            }
        }
    }
}

fn delete(key: Key) -> Result<WriteRequest, PortError> {
    let request = DeleteRequest::builder()
        .set_key(Some(key.into_item()))
        .build()
        .map_err(|_| PortError::Unreadable("a delete".to_owned()))?;
    Ok(WriteRequest::builder().delete_request(request).build())
}

#[derive(Deserialize)]
struct PhotoOfEdit {
    photo_id: PhotoId,
}

#[derive(Deserialize)]
struct StoredKey {
    pk: String,
    sk: String,
}
