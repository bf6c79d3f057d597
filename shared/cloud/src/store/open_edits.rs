//! Finding edits that still need work, by the sparse index.

use domain::{Edit, EditId, EventId};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::keys;
use super::read::parse;
use crate::table::{Index, Item, Key, MAX_BATCH_GET, Query, Range};
use crate::{Cloud, PortError};

/// An edit and its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditKey {
    pub event_id: EventId,
    pub edit_id: EditId,
}

/// Edits that were found, as an index has them: it may be a moment behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundEdits {
    pub keys: Vec<EditKey>,
    /// There are more than were asked for.
    pub more: bool,
}

impl Cloud {
    /// Edits that have not ended and whose deadline is not after `due`: the earliest deadlines, in their order, at
    /// most this many.
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

    /// Edits that succeeded and have no stored copy: those that ended first, at most this many.
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
        for batch in keys.chunks(MAX_BATCH_GET) {
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
        let limit = u32::try_from(at_most.max(1)).unwrap_or(u32::MAX);
        let query = Query::index(Index::OpenEdits, partition).range(Range::UpTo(due.to_string()));
        let (items, more) = self.query(query.limit(limit)).await?;
        Ok(Shard {
            entries: items.iter().filter_map(entry).collect(),
            more,
        })
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
