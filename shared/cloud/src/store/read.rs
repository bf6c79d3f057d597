//! Reading items.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serde::de::DeserializeOwned;

use crate::calls::Call;
use crate::error::unreadable;
use crate::table::{Item, Key, Query};
use crate::time::sleep;
use crate::{Cloud, PortError};

/// Tries for what DynamoDB leaves undone of a batch.
const MAX_BATCH_TRIES: usize = 6;

/// Items that were read together.
pub(super) struct Found(Vec<Item>);

impl Found {
    /// The item of a key, if there is one.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        key: &Key,
        what: &'static str,
    ) -> Result<Option<T>, PortError> {
        self.item(key).map(|item| parse(item.clone(), what)).transpose()
    }

    /// All of them by key.
    pub(super) fn into_items(self) -> impl Iterator<Item = (Key, Item)> {
        self.0
            .into_iter()
            .filter_map(|item| Some((Key::of(&item)?, item)))
    }

    /// The item of a key as it is stored, if there is one.
    pub(super) fn item(&self, key: &Key) -> Option<&Item> {
        self.0.iter().find(|item| Key::of(item).as_ref() == Some(key))
    }
}

pub(super) fn parse<T: DeserializeOwned>(item: Item, what: &'static str) -> Result<T, PortError> {
    serde_dynamo::from_item(item).map_err(unreadable(what))
}

impl Cloud {
    /// Reads one item. Consistent, so that whoever has just written sees it.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        key: Key,
        what: &'static str,
    ) -> Result<Option<T>, PortError> {
        let item = self.table.get(&key).await?;
        item.map(|item| parse(item, what)).transpose()
    }

    /// Reads at most 100 items in one call, consistently. The keys must differ.
    pub(super) async fn read_together(
        &self,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<Found, PortError> {
        let mut keys: Vec<Key> = keys.into_iter().collect();
        let mut found = Vec::with_capacity(keys.len());
        let mut pauses = pauses();
        loop {
            let batch = self.table.batch_get(&keys).await?;
            found.extend(batch.items);
            if batch.unprocessed.is_empty() {
                return Ok(Found(found));
            }
            keys = batch.unprocessed;
            sleep(pauses.next().ok_or_else(|| Call::BatchGetItem.failed())?).await;
        }
    }

    /// Reads as many items as the query's limit says, or all, and whether there are more. A query ends at a megabyte, so
    /// one answer may hold fewer.
    pub(super) async fn query(&self, mut query: Query) -> Result<(Vec<Item>, bool), PortError> {
        let wanted = query.limit;
        let mut items = Vec::new();
        loop {
            let page = self.table.query(&query).await?;
            items.extend(page.items);
            let left = wanted.map(|wanted| (wanted as usize).saturating_sub(items.len()));
            if page.next.is_none() || left == Some(0) {
                return Ok((items, page.next.is_some()));
            }
            query.after = page.next;
            query.limit = left.and_then(|left| u32::try_from(left).ok());
        }
    }

    /// The same, parsed.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        query: Query,
        what: &'static str,
    ) -> Result<Vec<T>, PortError> {
        let (items, _) = self.query(query).await?;
        items.into_iter().map(|item| parse(item, what)).collect()
    }
}

/// Waits between the tries of a batch: 1.5 s in all.
pub(super) fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(25))
        .with_max_times(MAX_BATCH_TRIES)
        .build()
}
