//! Items of the table, read and written past the product.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;

use crate::Place;

/// An item by its attributes.
pub type Item = HashMap<String, AttributeValue>;

impl Place {
    pub async fn item(&self, pk: &str, sk: &str) -> Option<Item> {
        match self.in_process() {
            Some(memory) => memory.item(pk, sk),
            None => self.stack().item(pk, sk).await,
        }
    }

    /// An item as a value of the domain; the default where there is none.
    pub async fn item_as<T: DeserializeOwned + Default>(&self, pk: &str, sk: &str) -> T {
        let found = self.item(pk, sk).await;
        found.map_or_else(T::default, |item| serde_dynamo::from_item(item).unwrap())
    }

    /// Every item of a partition, by sort key.
    pub async fn partition(&self, pk: &str) -> Vec<Item> {
        match self.in_process() {
            Some(memory) => memory.partition(pk),
            None => self.stack().partition(pk).await,
        }
    }

    /// The sort keys of a partition.
    pub async fn sort_keys(&self, pk: &str) -> Vec<String> {
        let items = self.partition(pk).await;
        items
            .iter()
            .map(|item| item["sk"].as_s().unwrap().clone())
            .collect()
    }

    /// Stores an item, which holds its own key.
    pub async fn put_item(&self, item: Item) {
        match self.in_process() {
            Some(memory) => memory.put_item(item),
            None => self.stack().put_item(item).await,
        }
    }

    /// Changes an item that is there.
    pub async fn change_item(&self, pk: &str, sk: &str, change: impl FnOnce(&mut Item)) {
        let found = self.item(pk, sk).await;
        let mut item = found.unwrap_or_else(|| panic!("{pk} {sk} is not stored"));
        change(&mut item);
        self.put_item(item).await;
    }
}

/// An item with nothing but its key.
pub fn keyed(pk: &str, sk: &str) -> Item {
    HashMap::from([("pk".to_owned(), string(pk)), ("sk".to_owned(), string(sk))])
}

pub fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
