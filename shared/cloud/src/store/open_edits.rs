//! Finding edits that somebody has still to do something about, by the sparse index.

use crate::PortError;
use domain::{Edit, EditId, EventId};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::keys::{self, Item, Key, OPEN_EDITS, text};
use super::read::parse;
use crate::Cloud;
use crate::error::unavailable;

/// What `BatchGetItem` takes at once.
const BATCH: usize = 100;

/// Where an edit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditKey {
    /// Its event.
    pub event_id: EventId,
    /// The edit.
    pub edit_id: EditId,
}

/// Edits that were found, as an index has them: it may be a moment behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundEdits {
    /// Where they are.
    pub keys: Vec<EditKey>,
    /// There are more than were asked for.
    pub more: bool,
}

impl Cloud {
    /// Edits that have not ended and whose deadline is not after `due`: the earliest deadlines, in their order, at
    /// most so many.
    pub async fn open_edits(&self, due: Timestamp, at_most: usize) -> Result<FoundEdits, PortError> {
        let shards = keys::open_partitions().map(|shard| self.shard(shard, due, at_most));
        let found = try_join_all(shards).await?;
        let more = found.iter().any(|shard| shard.more);
        let mut entries: Vec<Entry> = found.into_iter().flat_map(|shard| shard.entries).collect();
        entries.sort_by(|one, other| one.due_at.cmp(&other.due_at));
        let more = more || entries.len() > at_most;
        let keys = entries.into_iter().take(at_most).map(|entry| entry.key);
        Ok(FoundEdits {
            keys: keys.collect(),
            more,
        })
    }

    /// Edits that succeeded and have no stored copy: those that ended first, at most so many.
    pub async fn unstored_edits(&self, at_most: usize) -> Result<FoundEdits, PortError> {
        let found = self
            .shard(keys::UNSTORED.to_owned(), Timestamp::MAX, at_most)
            .await?;
        let keys = found.entries.into_iter().map(|entry| entry.key);
        Ok(FoundEdits {
            keys: keys.collect(),
            more: found.more,
        })
    }

    /// The edits of these keys, as they stand now and in their order. What is gone or cannot be read is left out, so
    /// that one bad edit does not stand in the way of the others.
    pub async fn edits_at(&self, keys: &[EditKey]) -> Result<Vec<Edit>, PortError> {
        let mut edits = Vec::with_capacity(keys.len());
        for batch in keys.chunks(BATCH) {
            let asked: Vec<Key> = batch
                .iter()
                .map(|key| keys::edit(&key.event_id, key.edit_id))
                .collect();
            let found = self.read_together(asked.clone()).await?;
            let items = asked.iter().filter_map(|key| found.item(key));
            // What cannot be read is logged where it is parsed.
            edits.extend(items.filter_map(|item| parse(item.clone(), "an edit").ok()));
        }
        Ok(edits)
    }
}

struct Entry {
    due_at: String,
    key: EditKey,
}

struct Shard {
    entries: Vec<Entry>,
    more: bool,
}

impl Cloud {
    async fn shard(&self, partition: String, due: Timestamp, at_most: usize) -> Result<Shard, PortError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let left = i32::try_from(at_most.saturating_sub(entries.len())).unwrap_or(i32::MAX);
            let answer = self
                .dynamodb
                .query()
                .table_name(&self.config.table)
                .index_name(OPEN_EDITS)
                .key_condition_expression("open_pk = :pk AND due_at <= :due")
                .expression_attribute_values(":pk", text(&partition))
                .expression_attribute_values(":due", text(due.to_string()))
                .set_exclusive_start_key(start)
                .limit(left.max(1))
                .send()
                .await
                .map_err(unavailable("dynamodb.Query"))?;
            entries.extend(answer.items.iter().flatten().filter_map(entry));
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() || entries.len() >= at_most {
                return Ok(Shard {
                    entries,
                    more: start.is_some(),
                });
            }
        }
    }
}

/// An entry of the index; one that cannot be read is logged and passed over.
fn entry(item: &Item) -> Option<Entry> {
    let read = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let entry = (|| {
        let event_id: EventId = read("pk")?.strip_prefix("EVENT#")?.parse().ok()?;
        let edit_id = EditId::from_ulid(read("sk")?.strip_prefix("EDIT#")?).ok()?;
        Some(Entry {
            due_at: read("due_at")?.clone(),
            key: EditKey { event_id, edit_id },
        })
    })();
    if entry.is_none() {
        tracing::error!("an entry of the open edits cannot be read");
    }
    entry
}
