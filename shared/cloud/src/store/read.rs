//! Reading items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use domain::ports::PortError;
use serde::de::DeserializeOwned;

use super::keys::{Item, Key};
use crate::Cloud;
use crate::error::{unavailable, unreadable};

/// Batch reads that were not answered in full are asked again this often.
const BATCH_ROUNDS: usize = 5;

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
        let answer = self
            .dynamodb
            .get_item()
            .table_name(&self.config.table)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable("dynamodb.GetItem"))?;
        answer.item.map(|item| parse(item, what)).transpose()
    }

    /// Reads several items in one call, consistently. The keys must differ.
    pub(crate) async fn read_together(
        &self,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<Found, PortError> {
        let keys: Vec<Item> = keys.into_iter().map(Key::into_item).collect();
        let mut open = Some(HashMap::from([(self.config.table.clone(), ask(keys)?)]));
        let mut found = Vec::new();
        for _ in 0..BATCH_ROUNDS {
            let Some(request) = open.take() else { break };
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
        }
        if open.is_some() {
            return Err(PortError::Unavailable("dynamodb.BatchGetItem".to_owned()));
        }
        Ok(Found(found))
    }
}

fn ask(keys: Vec<Item>) -> Result<KeysAndAttributes, PortError> {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .map_err(|_| PortError::Unreadable("a batch of keys".to_owned()))
}
