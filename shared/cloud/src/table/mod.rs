//! The one table, by the few operations that the store uses. Conditions and updates are values: `dynamodb` renders them
//! to expressions, the twin in `memory` evaluates them.

mod condition;
pub(crate) mod dynamodb;
#[cfg(feature = "testing")]
pub(crate) mod memory;
mod query;
mod write;

use std::collections::HashMap;

pub use aws_sdk_dynamodb::types::AttributeValue as Value;

pub use condition::{Condition, Path};
pub use query::{Index, Page, Query, Range, Select};
use write::WriteError;
pub use write::{CancellationReason, TransactError, Update, Write};

use crate::PortError;
use crate::backend::on_backend;
use crate::calls::Call;
use crate::patience::Patience;

/// An item as DynamoDB holds it.
pub type Item = HashMap<String, Value>;

/// Keys in one `BatchGetItem`; DynamoDB's limit.
pub(crate) const MAX_BATCH_GET: usize = 100;
/// Deletes in one `BatchWriteItem`; DynamoDB's limit.
pub(crate) const MAX_BATCH_WRITE: usize = 25;

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    /// The key's attributes.
    pub fn into_item(self) -> Item {
        HashMap::from([("pk".to_owned(), text(self.pk)), ("sk".to_owned(), text(self.sk))])
    }

    /// The key of an item; `None` where it has none, which no item of the table can.
    pub fn of(item: &Item) -> Option<Self> {
        let read = |name: &str| item.get(name)?.as_s().ok().cloned();
        Some(Self::new(read("pk")?, read("sk")?))
    }
}

pub fn text(value: impl Into<String>) -> Value {
    Value::S(value.into())
}

pub fn number(value: impl Into<i64>) -> Value {
    Value::N(value.into().to_string())
}

/// What a `BatchGetItem` answers.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) items: Vec<Item>,
    /// Keys that were not looked up, because the table was busy or the answer too large: to be asked for again.
    pub(crate) unprocessed: Vec<Key>,
}

/// The table, in DynamoDB or in memory. A single write that meets a transaction is tried again, which the SDK does not do.
#[derive(Clone)]
pub(crate) enum Table {
    DynamoDb(dynamodb::DynamoDb),
    #[cfg(feature = "testing")]
    Memory(memory::MemoryTable),
}

impl Table {
    /// An item as it stands, read consistently.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Item>, PortError> {
        on_backend!(self, DynamoDb, table => table.get(key))
    }

    /// Several items at once, read consistently. At most [`MAX_BATCH_GET`] keys, all different.
    pub(crate) async fn batch_get(&self, keys: &[Key]) -> Result<Batch, PortError> {
        on_backend!(self, DynamoDb, table => table.batch_get(keys))
    }

    /// One page of a partition of the table or of an index.
    pub(crate) async fn query(&self, query: &Query) -> Result<Page, PortError> {
        on_backend!(self, DynamoDb, table => table.query(query))
    }

    /// Replaces an item; false where the condition does not hold.
    pub(crate) async fn put(&self, item: Item, condition: &Condition) -> Result<bool, PortError> {
        let mut patience = Patience::new();
        loop {
            match on_backend!(self, DynamoDb, table => table.put(item.clone(), condition)) {
                Ok(done) => return Ok(done),
                Err(WriteError::Port(error)) => return Err(error),
                Err(WriteError::Conflict) => patience.pause_or_fail(Call::PutItem).await?,
            }
        }
    }

    /// Changes attributes of an item, and makes the item where there is none. Answers the item as it is afterwards;
    /// `None` where the condition does not hold.
    pub(crate) async fn update(
        &self,
        key: &Key,
        update: &Update,
        condition: &Condition,
    ) -> Result<Option<Item>, PortError> {
        let mut patience = Patience::new();
        loop {
            match on_backend!(self, DynamoDb, table => table.update(key, update, condition)) {
                Ok(done) => return Ok(done),
                Err(WriteError::Port(error)) => return Err(error),
                Err(WriteError::Conflict) => patience.pause_or_fail(Call::UpdateItem).await?,
            }
        }
    }

    /// Deletes an item; false where the condition does not hold. A missing item counts as deleted.
    pub(crate) async fn delete(&self, key: &Key, condition: &Condition) -> Result<bool, PortError> {
        let mut patience = Patience::new();
        loop {
            match on_backend!(self, DynamoDb, table => table.delete(key, condition)) {
                Ok(done) => return Ok(done),
                Err(WriteError::Port(error)) => return Err(error),
                Err(WriteError::Conflict) => patience.pause_or_fail(Call::DeleteItem).await?,
            }
        }
    }

    /// Deletes at most [`MAX_BATCH_WRITE`] items, all different. Answers the keys that were left undone, because the
    /// table was busy.
    pub(crate) async fn batch_delete(&self, keys: &[Key]) -> Result<Vec<Key>, PortError> {
        on_backend!(self, DynamoDb, table => table.batch_delete(keys))
    }

    /// Writes all of it or nothing. A token that was seen within ten minutes writes nothing again, and succeeds.
    pub(crate) async fn transact(&self, writes: &[Write], token: &str) -> Result<(), TransactError> {
        on_backend!(self, DynamoDb, table => table.transact(writes, token))
    }
}
