//! Finding what is older than its retention, one partition at a time, and deleting it.

use std::collections::{BTreeMap, HashSet};

use domain::budget::LedgerEntry;
use domain::context::hour_of;
use domain::edit::Origin;
use domain::photo::Photo;
use domain::{Edit, EditId, EventId, PhotoId, Status, TenantId};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::budget;
use super::keys::{self, EVENTS, TENANTS};
use super::tenants::Listed;
use crate::table::{Condition, Index, Key, MAX_BATCH_GET, Query, Range, Update, Write, number, text};
use crate::{Cloud, PortError};

/// When an edit of a photo was last admitted, where the photo was old enough to be pruned; seconds since 1970.
pub(super) const ASKED_AT: &str = "asked_at";
/// When pruning began to delete a photo, after which no edit of it is admitted.
pub(super) const PRUNED_AT: &str = "pruned_at";
/// Within this time after its admission an edit may be missing in the index of what is under way.
const INDEX_LAG: SignedDuration = SignedDuration::from_hours(1);

/// A photo past its retention.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OldPhoto {
    #[serde(flatten)]
    pub photo: Photo,
    #[serde(default)]
    asked_at: Option<i64>,
}

impl OldPhoto {
    /// Whether an edit was admitted so recently that [`Cloud::photos_under_way`] may not know it.
    pub fn was_just_asked_for(&self, now: Timestamp) -> bool {
        self.asked_at
            .is_some_and(|at| now.as_second() - at < INDEX_LAG.as_secs())
    }
}

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
        let query = Query::table(keys::event_partition(event))
            .between("EDIT#", keys::edit(event, EditId::new(end, 0)).sk)
            .after(after.map(|edit| keys::edit(event, edit)))
            .limit(limit)
            .consistent();
        self.page(query, "an edit").await
    }

    /// A page of an event's photos that were made before `end`.
    pub async fn photos_made_before(
        &self,
        event: &EventId,
        end: Timestamp,
        after: Option<PhotoId>,
        limit: u32,
    ) -> Result<Vec<OldPhoto>, PortError> {
        let query = Query::table(keys::event_partition(event))
            .between("PHOTO#", keys::photo(event, PhotoId::new(end, 0)).sk)
            .after(after.map(|photo| keys::photo(event, photo)))
            .limit(limit)
            .consistent();
        self.page(query, "a photo").await
    }

    /// Begins to delete a photo: from now on no edit of it is admitted. False where one was admitted since the photo was
    /// read, and the photo stays.
    pub async fn give_up_photo(&self, old: &OldPhoto) -> Result<bool, PortError> {
        let OldPhoto { photo, asked_at } = old;
        let unasked = asked_at.map_or(Condition::missing(ASKED_AT), |at| {
            Condition::eq(ASKED_AT, number(at))
        });
        let mark = Update::default().set(PRUNED_AT, number(self.now().as_second()));
        let key = keys::photo(&photo.event_id, photo.id);
        let condition = Condition::Exists.and(unasked);
        Ok(self.table.update(&key, &mark, &condition).await?.is_some())
    }

    /// The photos of an event that an edit under way still needs.
    pub async fn photos_under_way(&self, event: &EventId) -> Result<HashSet<PhotoId>, PortError> {
        let mut found = HashSet::new();
        for status in Status::ALL.iter().copied().filter(|status| !status.is_terminal()) {
            let query = Query::index(Index::ByStatus, keys::status_partition(event, status));
            let edits: Vec<PhotoOfEdit> = self.page(query.only(&["photo_id"]), "an edit's photo").await?;
            found.extend(edits.into_iter().map(|edit| edit.photo_id));
        }
        Ok(found)
    }

    /// Deletes idempotency records and guest counts that belong to these edits alone, then the edits.
    pub async fn forget_edits(&self, edits: &[Edit]) -> Result<(), PortError> {
        self.forget_traces(edits).await?;
        let rows = edits.iter().map(|edit| keys::edit(&edit.event_id, edit.id));
        self.delete_all(rows.collect()).await
    }

    /// Deletes photos.
    pub async fn forget_photos(&self, photos: &[Photo]) -> Result<(), PortError> {
        let rows = photos.iter().map(|photo| keys::photo(&photo.event_id, photo.id));
        self.delete_all(rows.collect()).await
    }

    /// Deletes an event's counters of the months before this one.
    pub async fn forget_figures_before(&self, event: &EventId, month: &str) -> Result<(), PortError> {
        let pk = keys::event_partition(event);
        let stale = self
            .sort_keys(pk, "STATS#", keys::figures(event, month).sk)
            .await?;
        let own = keys::figures(event, month);
        self.delete_all(stale.into_iter().filter(|key| *key != own).collect())
            .await
    }

    /// A page of the ids of all tenants.
    pub async fn tenant_ids(&self, after: Option<&TenantId>, limit: u32) -> Result<Vec<TenantId>, PortError> {
        self.ids(TENANTS, after.map(ToString::to_string), limit).await
    }

    /// The months up to this one, itself included, in which a tenant has counters, oldest first.
    pub async fn months_until(&self, tenant: &TenantId, month: &str) -> Result<Vec<String>, PortError> {
        let last = keys::budgets_until(tenant, month);
        let found = self.sort_keys(last.pk.clone(), "BUDGET#", last.sk).await?;
        let mut months: Vec<String> = found.iter().filter_map(month_of_part).collect();
        months.dedup();
        Ok(months)
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
        let query = Query::table(last.pk)
            .range(Range::UpTo(last.sk))
            .after(after.map(|edit| keys::ledger(tenant, month, edit)))
            .limit(limit)
            .consistent();
        self.page(query, "a ledger entry").await
    }

    /// Deletes ledger entries.
    pub async fn forget_entries(&self, entries: &[LedgerEntry]) -> Result<(), PortError> {
        let rows = entries
            .iter()
            .map(|entry| keys::ledger(&entry.tenant_id, &entry.month, entry.edit_id));
        self.delete_all(rows.collect()).await
    }

    /// Deletes a month's budget alerts and counters, unless it has ledger entries or reservations left.
    pub async fn forget_month(&self, tenant: &TenantId, month: &str) -> Result<(), PortError> {
        let entries = keys::ledger(tenant, month, EditId::new(Timestamp::UNIX_EPOCH, 0)).pk;
        let query = Query::table(entries).limit(1).consistent();
        let left: Vec<LedgerEntry> = self.page(query, "a ledger entry").await?;
        if !left.is_empty() {
            return Ok(());
        }
        let own = keys::tenant(tenant).pk;
        // The time that follows begins with its month; `~` sorts after every character of a time.
        let alerts = self
            .sort_keys_between(own, format!("ALERT#{month}"), format!("ALERT#{month}~"))
            .await?;
        self.delete_all(alerts).await?;
        let total = self.budget(tenant, month).await?.total();
        if total.committed != total.spent {
            return Ok(());
        }
        // The counters last, because they are how the month is found; and together, because only all of them add up.
        let parts = budget::parts_keys(tenant, month).map(Write::delete);
        Ok(self.transact(parts.collect()).await?)
    }

    /// A page of the ids in a list.
    async fn ids<T>(&self, list: &str, after: Option<String>, limit: u32) -> Result<Vec<T>, PortError>
    where
        T: std::str::FromStr,
    {
        let entries = self.entries(list, after, limit).await?;
        let id = |entry: &Listed| entry.id.parse();
        let ids: Result<Vec<T>, _> = entries.iter().map(id).collect();
        ids.map_err(|_| PortError::Unreadable("a list's entry".to_owned()))
    }

    /// Deletes the idempotency records of these edits and the counts of their guests. Most have gone by their TTL. The
    /// others go only if nobody else needs them: a key can be used again after a day, and a guest can come back.
    async fn forget_traces(&self, edits: &[Edit]) -> Result<(), PortError> {
        let expired = Condition::le("expires_at", number(self.now().as_second()));
        let mut traces: BTreeMap<Key, Condition> = BTreeMap::new();
        for edit in edits {
            if let Some(key) = &edit.idempotency_key {
                let own = Condition::eq("record.edit_id", text(edit.id.to_string()));
                traces.insert(keys::idempotency(key), own);
            }
            if let Origin::Guest { scope_hash } = &edit.origin {
                traces.insert(keys::guest_open(scope_hash), expired.clone());
                let hour = hour_of(edit.created_at);
                traces.insert(keys::guest_hour(scope_hash, &hour), expired.clone());
            }
        }
        let mut traces: Vec<(Key, Condition)> = traces.into_iter().collect();
        while !traces.is_empty() {
            let batch = traces.split_off(traces.len().saturating_sub(MAX_BATCH_GET));
            let keys = batch.iter().map(|(key, _)| key.clone());
            let there = self.read_together(keys).await?;
            let present = batch.iter().filter(|(key, _)| there.item(key).is_some());
            // Where the condition does not hold, somebody else needs the item.
            let deletes = present.map(|(key, condition)| self.table.delete(key, condition));
            try_join_all(deletes).await?;
        }
        Ok(())
    }

    /// Keys of a partition from the first with this prefix to the last one, itself included.
    async fn sort_keys(&self, pk: String, prefix: &str, last: String) -> Result<Vec<Key>, PortError> {
        self.sort_keys_between(pk, prefix.to_owned(), last).await
    }

    async fn sort_keys_between(
        &self,
        pk: String,
        first: String,
        last: String,
    ) -> Result<Vec<Key>, PortError> {
        let query = Query::table(pk)
            .between(first, last)
            .only(&["pk", "sk"])
            .consistent();
        let (items, _) = self.query(query).await?;
        let key = |item| Key::of(item).ok_or_else(|| PortError::Unreadable("a key".to_owned()));
        items.iter().map(key).collect()
    }
}

/// The month in the key of a budget's part: `BUDGET#2026-11` or `BUDGET#2026-11#03`.
fn month_of_part(key: &Key) -> Option<String> {
    let rest = key.sk.strip_prefix("BUDGET#")?;
    Some(rest.split('#').next().unwrap_or(rest).to_owned())
}

#[derive(Deserialize)]
struct PhotoOfEdit {
    photo_id: PhotoId,
}
