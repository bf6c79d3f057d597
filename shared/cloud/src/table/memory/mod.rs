//! The twin of the table: DynamoDB's rules on a map.

mod evaluate;
mod number;
mod query;
#[cfg(test)]
mod tests;
mod transaction;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use super::{
    Batch, Condition, Item, Key, MAX_BATCH_GET, MAX_BATCH_WRITE, Page, Query, Update, Write, WriteError,
};
use crate::PortError;
use crate::calls::Call;
use crate::testing::{World, lock};

pub(crate) use evaluate::holds;
use evaluate::{Invalid, check_condition, check_key, check_update, item_size, stored, updated};

/// What a `BatchGetItem` answers at the most, in bytes.
const MAX_BATCH_READ: usize = 16 * 1_024 * 1_024;

/// The table of a world in memory.
#[derive(Clone)]
pub struct MemoryTable {
    world: Arc<World>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    items: BTreeMap<Key, Item>,
    /// What indexes and reads that are not consistent see, where they are behind.
    behind: Option<BTreeMap<Key, Item>>,
    /// How long a transaction occupies its items.
    latency: Option<Duration>,
    occupied: HashSet<Key>,
    /// Client token → what was written with it, and when.
    tokens: HashMap<String, (Vec<Write>, Timestamp)>,
    tokens_in_progress: HashSet<String>,
}

/// What the test sees and does behind the code's back.
impl MemoryTable {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self {
            world,
            state: Arc::default(),
        }
    }

    pub fn item(&self, pk: &str, sk: &str) -> Option<Item> {
        lock(&self.state).items.get(&Key::new(pk, sk)).cloned()
    }

    /// Every item, by key.
    pub fn items(&self) -> Vec<Item> {
        lock(&self.state).items.values().cloned().collect()
    }

    /// The items of a partition, by sort key.
    pub fn partition(&self, pk: &str) -> Vec<Item> {
        let items = self.items().into_iter();
        items
            .filter(|item| evaluate::text_at(item, "pk") == Some(pk))
            .collect()
    }

    /// Writes an item.
    ///
    /// # Panics
    /// DynamoDB would refuse the item.
    #[allow(clippy::panic)] // a test that writes what cannot be is wrong
    pub fn insert(&self, item: Item) {
        match (Key::of(&item), stored(item)) {
            (Some(key), Ok(item)) => {
                lock(&self.state).items.insert(key, item);
            }
            (_, refused) => panic!("DynamoDB refuses the item: {:?}", refused.err()),
        }
    }

    pub fn remove(&self, pk: &str, sk: &str) -> Option<Item> {
        lock(&self.state).items.remove(&Key::new(pk, sk))
    }

    /// Deletes the items whose time to live is over by the clock, which DynamoDB does within days.
    pub fn delete_expired(&self) {
        let now = self.world.clock.now().as_second();
        let expires = |item: &Item| item.get("expires_at")?.as_n().ok()?.parse::<i64>().ok();
        lock(&self.state)
            .items
            .retain(|_, item| expires(item).is_none_or(|at| now < at));
    }

    /// From now on a transaction takes this long, and occupies its items meanwhile: another write of one of them is
    /// cancelled by a conflict. `None`, as at the beginning: a transaction takes no time, so no two meet.
    pub fn transactions_take(&self, latency: Option<Duration>) {
        lock(&self.state).latency = latency;
    }

    /// From now on indexes, and reads that are not consistent, see the table as it is at this moment.
    pub fn fall_behind(&self) {
        let mut state = lock(&self.state);
        state.behind = Some(state.items.clone());
    }

    /// Indexes and reads that are not consistent see the table as it is.
    pub fn catch_up(&self) {
        lock(&self.state).behind = None;
    }
}

impl MemoryTable {
    pub(super) async fn get(&self, key: &Key) -> Result<Option<Item>, PortError> {
        let call = Call::GetItem;
        let read = || {
            check_key(key).map_err(|why| self.world.invalid(call, why))?;
            self.world.count_items(1);
            Ok(lock(&self.state).items.get(key).cloned())
        };
        self.world.perform(call, about([key]), read).await
    }

    pub(super) async fn batch_get(&self, keys: &[Key]) -> Result<Batch, PortError> {
        let call = Call::BatchGetItem;
        let read = async {
            check_batch(keys, MAX_BATCH_GET).map_err(|why| self.world.invalid(call, why))?;
            let state = lock(&self.state);
            self.world.count_items(keys.len());
            let (mut batch, mut size) = (Batch::default(), 0);
            for key in keys {
                let Some(item) = state.items.get(key) else {
                    continue;
                };
                size += item_size(item);
                if size > MAX_BATCH_READ {
                    batch.unprocessed.push(key.clone());
                } else {
                    batch.items.push(item.clone());
                }
            }
            Ok(batch)
        };
        let busy = || {
            Ok(Batch {
                items: Vec::new(),
                unprocessed: keys.to_vec(),
            })
        };
        self.world.perform_or_busy(call, about(keys), busy, read).await
    }

    pub(super) async fn query(&self, query: &Query) -> Result<Page, PortError> {
        let call = Call::Query;
        let read = || {
            let state = lock(&self.state);
            let items = match &state.behind {
                Some(behind) if !query.consistent => behind,
                _ => &state.items,
            };
            let page = query::query(items, query).map_err(|why| self.world.invalid(call, why))?;
            self.world.count_items(page.items.len());
            Ok(page)
        };
        self.world.perform(call, query.partition.clone(), read).await
    }

    pub(super) async fn put(&self, item: Item, condition: &Condition) -> Result<bool, WriteError> {
        let write = Write::put(item).when(condition.clone());
        Ok(self.write(Call::PutItem, write).await?.is_some())
    }

    pub(super) async fn update(
        &self,
        key: &Key,
        update: &Update,
        condition: &Condition,
    ) -> Result<Option<Item>, WriteError> {
        let write = Write::update(key.clone(), update.clone()).when(condition.clone());
        let written = self.write(Call::UpdateItem, write).await?;
        Ok(written.map(Option::unwrap_or_default))
    }

    pub(super) async fn delete(&self, key: &Key, condition: &Condition) -> Result<bool, WriteError> {
        let write = Write::delete(key.clone()).when(condition.clone());
        Ok(self.write(Call::DeleteItem, write).await?.is_some())
    }

    pub(super) async fn batch_delete(&self, keys: &[Key]) -> Result<Vec<Key>, PortError> {
        let call = Call::BatchWriteItem;
        let delete = async {
            check_batch(keys, MAX_BATCH_WRITE).map_err(|why| self.world.invalid(call, why))?;
            let mut state = lock(&self.state);
            let (occupied, free): (Vec<_>, Vec<_>) =
                keys.iter().cloned().partition(|key| state.occupied.contains(key));
            for key in free {
                state.items.remove(&key);
            }
            Ok(occupied)
        };
        let busy = || Ok(keys.to_vec());
        self.world.perform_or_busy(call, about(keys), busy, delete).await
    }

    /// One write by itself: `None` where the condition does not hold, else the item as it is afterwards.
    async fn write(&self, call: Call, write: Write) -> Result<Option<Option<Item>>, WriteError> {
        let invalid = |why| WriteError::Port(self.world.invalid(call, why));
        let key = key_of(&write).map_err(invalid)?;
        let make = || {
            check_write(&write).map_err(invalid)?;
            let mut state = lock(&self.state);
            if state.occupied.contains(&key) {
                return Err(WriteError::Conflict);
            }
            match outcome(&write, state.items.get(&key)).map_err(invalid)? {
                None => Ok(None),
                Some(Outcome::Is(item)) => {
                    state.items.insert(key.clone(), item.clone());
                    Ok(Some(Some(item)))
                }
                Some(Outcome::Gone) => {
                    state.items.remove(&key);
                    Ok(Some(None))
                }
                Some(Outcome::Untouched) => Ok(Some(None)),
            }
        };
        self.world.perform(call, about([&key]), make).await
    }
}

/// What a write comes to.
enum Outcome {
    Is(Item),
    Gone,
    Untouched,
}

/// `None` where the condition does not hold.
fn outcome(write: &Write, before: Option<&Item>) -> Result<Option<Outcome>, Invalid> {
    let (Write::Put { when, .. }
    | Write::Update { when, .. }
    | Write::Delete { when, .. }
    | Write::Check { when, .. }) = write;
    if !holds(when, before) {
        return Ok(None);
    }
    Ok(Some(match write {
        Write::Put { item, .. } => Outcome::Is(stored(item.clone())?),
        Write::Update { key, update, .. } => Outcome::Is(stored(updated(key, before, update)?)?),
        Write::Delete { .. } => Outcome::Gone,
        Write::Check { .. } => Outcome::Untouched,
    }))
}

fn key_of(write: &Write) -> Result<Key, Invalid> {
    match write {
        Write::Put { item, .. } => Key::of(item).ok_or("a key attribute is missing or no text"),
        Write::Update { key, .. } | Write::Delete { key, .. } | Write::Check { key, .. } => Ok(key.clone()),
    }
}

/// Refuses a write that can succeed on no item.
fn check_write(write: &Write) -> Result<(), Invalid> {
    let when = match write {
        Write::Put { item, when } => {
            stored(item.clone())?;
            when
        }
        Write::Update { key, update, when } => {
            check_key(key)?;
            check_update(update)?;
            when
        }
        Write::Delete { key, when } => {
            check_key(key)?;
            when
        }
        Write::Check { key, when } => {
            check_key(key)?;
            if *when == Condition::Always {
                return Err("a check has no condition");
            }
            when
        }
    };
    check_condition(when)
}

fn check_batch(keys: &[Key], most: usize) -> Result<(), Invalid> {
    if keys.is_empty() || keys.len() > most {
        return Err("a batch is empty or too long");
    }
    keys.iter().try_for_each(check_key)?;
    check_distinct(keys)
}

fn check_distinct(keys: &[Key]) -> Result<(), Invalid> {
    let distinct: HashSet<&Key> = keys.iter().collect();
    (distinct.len() == keys.len())
        .then_some(())
        .ok_or("two parts of the request are about the same item")
}

fn about<'a>(keys: impl IntoIterator<Item = &'a Key>) -> String {
    let keys = keys.into_iter().map(|key| format!("{}/{}", key.pk, key.sk));
    keys.collect::<Vec<_>>().join(" ")
}
