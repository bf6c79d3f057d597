//! Reading items.

use crate::PortError;
use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use backon::{BackoffBuilder, ExponentialBuilder};
use serde::de::DeserializeOwned;
use tokio::time::sleep;

use super::keys::{Item, Key};
use crate::Cloud;
use crate::error::{unavailable, unreadable};

/// Batches that were not done in full are sent again this often.
const BATCH_TRIES: usize = 6;

/// Items that were read together.
pub(crate) struct Found(Vec<Item>);

impl Found {
    /// The item of a key, if there is one.
    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        key: &Key,
        what: &'static str,
    ) -> Result<Option<T>, PortError> {
        self.item(key).map(|item| parse(item.clone(), what)).transpose()
    }

    /// The item of a key as it is, if there is one.
    pub(crate) fn item(&self, key: &Key) -> Option<&Item> {
        self.0.iter().find(|item| key.is_of(item))
    }
}

pub(crate) fn parse<T: DeserializeOwned>(item: Item, what: &'static str) -> Result<T, PortError> {
    serde_dynamo::from_item(item).map_err(unreadable(what))
}

impl Cloud {
    /// Reads one item. Consistent, so that who has just written sees it.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        key: Key,
        what: &'static str,
    ) -> Result<Option<T>, PortError> {
        let item = self.read_item(key).await?;
        item.map(|item| parse(item, what)).transpose()
    }

    /// Reads several items in one call, consistently. The keys must differ.
    pub(crate) async fn read_together(
        &self,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<Found, PortError> {
        let keys: Vec<Item> = keys.into_iter().map(Key::into_item).collect();
        let mut open = Some(HashMap::from([(self.config.table.clone(), ask(keys)?)]));
        let mut found = Vec::new();
        let mut pauses = pauses();
        while let Some(request) = open.take() {
            let answer = self
                .dynamodb
                .batch_get_item()
                .set_request_items(Some(request))
                .send()
                .await
                .map_err(unavailable("dynamodb.BatchGetItem"))?;
            found.extend(
                answer
                    .responses
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, items)| items),
            );
            open = answer.unprocessed_keys.filter(|left| !left.is_empty());
            if open.is_some() {
                let busy = || PortError::Unavailable("dynamodb.BatchGetItem".to_owned());
                sleep(pauses.next().ok_or_else(busy)?).await;
            }
        }
        Ok(Found(found))
    }
}

/// Waits between the parts of a batch that DynamoDB leaves undone where it is busy: 1.5 s in all.
pub(crate) fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(25))
        .with_max_times(BATCH_TRIES)
        .build()
}

fn ask(keys: Vec<Item>) -> Result<KeysAndAttributes, PortError> {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .map_err(|_| PortError::Unreadable("a batch of keys".to_owned()))
}
