//! Transactions by DynamoDB's rules.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;

use super::evaluate::item_size;
use super::{MemoryTable, Outcome, State, about, check_distinct, check_write, key_of, outcome};
use crate::PortError;
use crate::calls::Call;
use crate::table::{CancellationReason, Key, TransactError, Write};
use crate::testing::lock;
use crate::time::sleep;

/// Writes in one transaction.
const MAX_WRITES: usize = 100;
/// Size of all items of one transaction, in bytes.
const MAX_SIZE: usize = 4 * 1_024 * 1_024;
/// Length of a client token.
const MAX_TOKEN: usize = 36;
/// How long a client token is remembered.
const TOKEN_RETENTION: SignedDuration = SignedDuration::from_mins(10);

impl From<PortError> for TransactError {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

impl MemoryTable {
    pub(in crate::table) async fn transact(
        &self,
        writes: &[Write],
        token: &str,
    ) -> Result<(), TransactError> {
        let call = Call::TransactWriteItems;
        let invalid = |why| TransactError::Port(self.world.invalid(call, why));
        let keys: Vec<Key> = writes
            .iter()
            .map(key_of)
            .collect::<Result<_, _>>()
            .map_err(invalid)?;
        let busy = || {
            let conflicts = vec![CancellationReason::TransactionConflict; writes.len()];
            Err(TransactError::Cancelled(conflicts))
        };
        let work = async {
            if writes.is_empty() || writes.len() > MAX_WRITES {
                return Err(invalid("a transaction has not between 1 and 100 writes"));
            }
            if token.is_empty() || token.len() > MAX_TOKEN {
                return Err(invalid("a client token has not between 1 and 36 characters"));
            }
            writes.iter().try_for_each(check_write).map_err(invalid)?;
            check_distinct(&keys).map_err(invalid)?;
            if self.already_written(writes, token)? {
                return Ok(());
            }
            let _occupied = self.occupy(&keys, token)?;
            let latency = lock(&self.state).latency;
            if let Some(latency) = latency {
                sleep(latency).await;
            }
            self.commit(writes, &keys, token)
        };
        self.world.perform_or_busy(call, about(&keys), busy, work).await
    }

    /// Whether this request was carried out before.
    fn already_written(&self, writes: &[Write], token: &str) -> Result<bool, TransactError> {
        let mut state = lock(&self.state);
        let now = self.world.clock.now();
        state
            .tokens
            .retain(|_, (_, at)| now.duration_since(*at) < TOKEN_RETENTION);
        match state.tokens.get(token) {
            None => Ok(false),
            Some((same, _)) if same == writes => Ok(true),
            Some(_) => Err(TransactError::Port(self.world.invalid(
                Call::TransactWriteItems,
                "the client token belongs to another transaction",
            ))),
        }
    }

    /// Occupies the items, unless another transaction does.
    fn occupy(&self, keys: &[Key], token: &str) -> Result<Occupied, TransactError> {
        let mut state = lock(&self.state);
        if state.tokens_in_progress.contains(token) {
            return Err(TransactError::InProgress);
        }
        let reasons = keys.iter().map(|key| {
            if state.occupied.contains(key) {
                CancellationReason::TransactionConflict
            } else {
                CancellationReason::None
            }
        });
        cancel(reasons.collect())?;
        state.occupied.extend(keys.iter().cloned());
        state.tokens_in_progress.insert(token.to_owned());
        Ok(Occupied {
            state: Arc::clone(&self.state),
            keys: keys.to_vec(),
            token: token.to_owned(),
        })
    }

    fn commit(&self, writes: &[Write], keys: &[Key], token: &str) -> Result<(), TransactError> {
        let mut state = lock(&self.state);
        let (mut reasons, mut outcomes, mut size) = (Vec::new(), Vec::new(), 0);
        for (write, key) in writes.iter().zip(keys) {
            reasons.push(match outcome(write, state.items.get(key)) {
                Ok(None) => CancellationReason::ConditionalCheckFailed,
                Ok(Some(outcome)) => {
                    if let Outcome::Is(item) = &outcome {
                        size += item_size(item);
                    }
                    outcomes.push((key, outcome));
                    CancellationReason::None
                }
                Err(why) => {
                    self.world.invalid(Call::TransactWriteItems, why);
                    CancellationReason::Other
                }
            });
        }
        cancel(reasons)?;
        if size > MAX_SIZE {
            let invalid = self
                .world
                .invalid(Call::TransactWriteItems, "a transaction is larger than 4 MB");
            return Err(TransactError::Port(invalid));
        }
        for (key, outcome) in outcomes {
            match outcome {
                Outcome::Is(item) => {
                    state.items.insert(key.clone(), item);
                }
                Outcome::Gone => {
                    state.items.remove(key);
                }
                Outcome::Untouched => {}
            }
        }
        let now = self.world.clock.now();
        state.tokens.insert(token.to_owned(), (writes.to_vec(), now));
        Ok(())
    }
}

/// An error where a write has a reason to cancel the transaction.
fn cancel(reasons: Vec<CancellationReason>) -> Result<(), TransactError> {
    if reasons.iter().all(|reason| *reason == CancellationReason::None) {
        Ok(())
    } else {
        Err(TransactError::Cancelled(reasons))
    }
}

/// Items that a transaction occupies until it is over, or until whoever sent it has gone.
struct Occupied {
    state: Arc<Mutex<State>>,
    keys: Vec<Key>,
    token: String,
}

impl Drop for Occupied {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        for key in &self.keys {
            state.occupied.remove(key);
        }
        state.tokens_in_progress.remove(&self.token);
    }
}
