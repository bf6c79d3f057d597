//! What a write does.

use serde::Serialize;

use super::{Condition, Item, Key, Path, Value};
use crate::PortError;
use crate::error::unreadable;

/// Changes of single attributes: what else the item holds stays.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Update {
    pub set: Vec<(Path, Value)>,
    /// Set only where the attribute does not exist.
    pub set_if_absent: Vec<(Path, Value)>,
    /// Added to a number; a missing attribute counts as 0 and is made, even by an amount of 0.
    pub add: Vec<(Path, i64)>,
    /// Attributes that the item has no longer.
    pub remove: Vec<Path>,
}

impl Update {
    /// Sets every field of `value`.
    pub(crate) fn fields(value: impl Serialize) -> Result<Self, PortError> {
        let item: Item = serde_dynamo::to_item(value).map_err(unreadable("an item to write"))?;
        Ok(Self {
            set: item
                .into_iter()
                .map(|(name, value)| (Path::from(name), value))
                .collect(),
            ..Self::default()
        })
    }

    #[must_use]
    pub fn set(mut self, path: impl Into<Path>, value: Value) -> Self {
        self.set.push((path.into(), value));
        self
    }

    #[must_use]
    pub fn add(mut self, path: impl Into<Path>, amount: i64) -> Self {
        self.add.push((path.into(), amount));
        self
    }

    #[must_use]
    pub fn remove(mut self, path: impl Into<Path>) -> Self {
        self.remove.push(path.into());
        self
    }

    /// Leaves an attribute that is already in the table as it is.
    #[must_use]
    pub fn keeping(mut self, name: &str) -> Self {
        let name = Path::from(name);
        self.set_if_absent
            .extend(self.set.extract_if(.., |(path, _)| *path == name));
        self
    }
}

/// One write of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    Put {
        item: Item,
        when: Condition,
    },
    Update {
        key: Key,
        update: Update,
        when: Condition,
    },
    Delete {
        key: Key,
        when: Condition,
    },
    /// Writes nothing: the transaction happens only if the condition holds of this item.
    Check {
        key: Key,
        when: Condition,
    },
}

impl Write {
    pub fn put(item: Item) -> Self {
        let when = Condition::Always;
        Self::Put { item, when }
    }

    pub fn update(key: Key, update: Update) -> Self {
        let when = Condition::Always;
        Self::Update { key, update, when }
    }

    pub fn delete(key: Key) -> Self {
        let when = Condition::Always;
        Self::Delete { key, when }
    }

    pub fn check(key: Key, when: Condition) -> Self {
        Self::Check { key, when }
    }

    /// Only if this holds too.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        let (Self::Put { when, .. }
        | Self::Update { when, .. }
        | Self::Delete { when, .. }
        | Self::Check { when, .. }) = &mut self;
        *when = std::mem::take(when).and(condition);
        self
    }
}

/// How a transaction failed. Nothing was written, except perhaps where the answer was lost.
#[derive(Debug)]
pub enum TransactError {
    /// One reason for each write.
    Cancelled(Vec<CancellationReason>),
    /// Another request with the same token is under way.
    InProgress,
    Port(PortError),
}

/// How a single write failed.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// A transaction was writing the item.
    Conflict,
    Port(PortError),
}

impl From<PortError> for WriteError {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

/// Why a write cancelled its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancellationReason {
    /// This write was not the reason.
    None,
    ConditionalCheckFailed,
    /// Another write of the same item was under way.
    TransactionConflict,
    /// The item or the table is written to too often.
    Throttled,
    /// The write can never succeed.
    Other,
}
