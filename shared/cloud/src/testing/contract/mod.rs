//! The promises of the table, which hold on DynamoDB and on the twin alike: what proves one proves the other.

#![allow(clippy::panic, clippy::unwrap_used)] // a promise that is broken ends the test

mod conditions;
mod generate;
mod queries;
mod transactions;
mod writes;

use std::sync::Mutex;
use std::time::Duration;

#[cfg(test)]
pub(crate) use generate::update;
pub(crate) use generate::{condition, item};

use super::lock;
use crate::Cloud;
use crate::table::{Condition, Item, Key, MAX_BATCH_WRITE, Query, Table, Value, number, text};

/// Checks every promise on the table of this context, in partitions of its own, which are empty again afterwards. Answers
/// the invalid requests that were carried out all the same: none on DynamoDB and the twin, some on an emulator.
///
/// # Panics
/// A promise is broken.
pub async fn table_contract(cloud: &Cloud) -> Vec<String> {
    let space = Space {
        table: &cloud.table,
        name: format!("CONTRACT#{:032x}", cloud.random()),
        partitions: Mutex::default(),
        carried_out: Mutex::default(),
    };
    writes::hold(&space).await;
    conditions::hold(&space).await;
    queries::hold(&space).await;
    transactions::hold(&space).await;
    space.clean().await;
    lock(&space.carried_out).clone()
}

/// Partitions that nobody else uses.
struct Space<'a> {
    table: &'a Table,
    name: String,
    partitions: Mutex<Vec<String>>,
    /// Invalid requests that were not refused.
    carried_out: Mutex<Vec<String>>,
}

impl Space<'_> {
    fn partition(&self, name: &str) -> String {
        let partition = format!("{}#{name}", self.name);
        let mut partitions = lock(&self.partitions);
        if !partitions.contains(&partition) {
            partitions.push(partition.clone());
        }
        partition
    }

    fn key(&self, partition: &str, sk: &str) -> Key {
        Key::new(self.partition(partition), sk)
    }

    async fn put(&self, key: &Key, attributes: impl IntoIterator<Item = (&str, Value)>) {
        let item = item_of(key, attributes);
        assert!(self.table.put(item, &Condition::Always).await.unwrap());
    }

    async fn get(&self, key: &Key) -> Option<Item> {
        self.table.get(key).await.unwrap()
    }

    /// Expects an invalid request to be refused.
    fn refused<T, E>(&self, request: &str, answer: &Result<T, E>) {
        if answer.is_ok() {
            lock(&self.carried_out).push(request.to_owned());
        }
    }

    /// A whole number of an item.
    async fn number(&self, key: &Key, name: &str) -> Option<i64> {
        let item = self.get(key).await?;
        item.get(name)?.as_n().ok()?.parse().ok()
    }

    async fn clean(&self) {
        let partitions = lock(&self.partitions).clone();
        for partition in partitions {
            let keys: Vec<Key> = self
                .all(Query::table(partition).only(&["pk", "sk"]).consistent())
                .await
                .iter()
                .filter_map(Key::of)
                .collect();
            for batch in keys.chunks(MAX_BATCH_WRITE) {
                let left = self.table.batch_delete(batch).await.unwrap();
                assert_eq!(left, [], "the table is too busy to be cleaned");
            }
        }
    }

    /// Every item of a query, page by page.
    async fn all(&self, mut query: Query) -> Vec<Item> {
        let mut items = Vec::new();
        loop {
            let page = self.table.query(&query).await.unwrap();
            items.extend(page.items);
            if page.next.is_none() {
                return items;
            }
            query.after = page.next;
        }
    }

    /// The sort keys of a query, of an index once it has this many.
    async fn sort_keys(&self, query: &Query, count: usize) -> Vec<String> {
        let read = || async {
            let items = self.all(query.clone()).await;
            items.iter().filter_map(Key::of).map(|key| key.sk).collect()
        };
        for _ in 0..50 {
            let keys: Vec<String> = read().await;
            if query.index.is_none() || keys.len() == count {
                return keys;
            }
            // An index follows the table a moment later.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        read().await
    }
}

fn item_of<'a>(key: &Key, attributes: impl IntoIterator<Item = (&'a str, Value)>) -> Item {
    let mut item = key.clone().into_item();
    item.extend(
        attributes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    item
}

fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let entries = entries.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::M(entries.collect())
}
