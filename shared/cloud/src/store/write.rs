//! Writing items: one, or several that go together.

use serde::Serialize;

use super::keys;
use super::read::pauses;
use crate::calls::Call;
use crate::patience::Patience;
use crate::table::{CancellationReason, Condition, Key, MAX_BATCH_WRITE, TransactError, Write, number};
use crate::time::sleep;
use crate::{Cloud, PortError, SaveError};

/// How a transaction failed.
#[derive(Debug)]
pub(super) enum TransactionError {
    /// The conditions of these writes (by position) did not hold. Nothing was written.
    Refused(Vec<usize>),
    /// Other writes of the same items were in the way.
    Contended,
    Port(PortError),
}

impl Cloud {
    /// Writes all of it or nothing. A conflict with another transaction, or an item that is written too often, is
    /// tried again, with jitter, which the SDK does not do.
    ///
    /// The client token is new for every transaction and the same for every retry of it: an SDK retry after a lost
    /// answer cannot add to a counter twice, and two workers that write the same thing cannot both succeed.
    pub(super) async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactionError> {
        let token = self.client_token();
        let mut patience = Patience::new();
        loop {
            match self.try_transact(&writes, &token, &mut patience).await {
                Err(TransactionError::Contended) if patience.pause().await => {}
                outcome => return outcome,
            }
        }
    }

    /// The same without another try after a conflict: the caller chooses anew what to write.
    pub(super) async fn transact_once(
        &self,
        writes: &[Write],
        patience: &mut Patience,
    ) -> Result<(), TransactionError> {
        self.try_transact(writes, &self.client_token(), patience).await
    }

    fn client_token(&self) -> String {
        format!("{:032x}", self.random())
    }

    async fn try_transact(
        &self,
        writes: &[Write],
        token: &str,
        patience: &mut Patience,
    ) -> Result<(), TransactionError> {
        loop {
            match self.table.transact(writes, token).await {
                // The SDK has sent it twice, and the first is under way: only its own token can tell what became of it.
                Err(TransactError::InProgress) if patience.pause().await => {}
                outcome => return outcome.map_err(failure),
            }
        }
    }

    /// Writes in a transaction whose conditions say that nobody else was faster; false where somebody was.
    pub(super) async fn transact_if(&self, writes: Vec<Write>) -> Result<bool, PortError> {
        match self.transact(writes).await {
            Ok(()) => Ok(true),
            Err(TransactionError::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces an item.
    pub(super) async fn write<T: Serialize>(&self, key: Key, value: T) -> Result<(), PortError> {
        let item = keys::item(key, value)?;
        self.table.put(item, &Condition::Always).await?;
        Ok(())
    }

    /// Deletes items; missing ones count as deleted. The keys must differ.
    pub(super) async fn delete_all(&self, keys: Vec<Key>) -> Result<(), PortError> {
        for batch in keys.chunks(MAX_BATCH_WRITE) {
            let mut left = batch.to_vec();
            let mut pauses = pauses();
            loop {
                left = self.table.batch_delete(&left).await?;
                if left.is_empty() {
                    break;
                }
                sleep(pauses.next().ok_or_else(|| Call::BatchWriteItem.failed())?).await;
            }
        }
        Ok(())
    }
}

/// The counter is no larger than this before the write.
pub(super) fn at_most(counter: &str, most: i64) -> Condition {
    let condition = Condition::le(counter, number(most));
    match most {
        0.. => Condition::missing(counter).or(condition),
        // A missing counter counts as 0, which a negative limit has no room for either.
        _ => condition,
    }
}

/// The item is as the caller has read it.
pub(super) fn at_version(before: Option<u32>) -> Condition {
    match before {
        None => Condition::Absent,
        Some(version) => Condition::Exists.and(Condition::eq("version", number(version))),
    }
}

fn failure(error: TransactError) -> TransactionError {
    let reasons = match error {
        TransactError::Cancelled(reasons) => reasons,
        TransactError::InProgress => return TransactionError::Contended,
        TransactError::Port(error) => return TransactionError::Port(error),
    };
    let refused = (0..).zip(&reasons);
    let refused: Vec<usize> = refused
        .filter(|(_, reason)| **reason == CancellationReason::ConditionalCheckFailed)
        .map(|(position, _)| position)
        .collect();
    let passes = [
        CancellationReason::TransactionConflict,
        CancellationReason::Throttled,
    ]
    .iter()
    .any(|passing| reasons.contains(passing));
    if !refused.is_empty() {
        TransactionError::Refused(refused)
    } else if passes {
        TransactionError::Contended
    } else {
        TransactionError::Port(Call::TransactWriteItems.failed())
    }
}

/// A write that did not happen, where no condition tells more.
impl From<TransactionError> for PortError {
    fn from(error: TransactionError) -> Self {
        match error {
            // A contended transaction was tried until no time was left.
            TransactionError::Refused(_) | TransactionError::Contended => Call::TransactWriteItems.failed(),
            TransactionError::Port(error) => error,
        }
    }
}

/// A save that did not happen.
impl From<TransactionError> for SaveError {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Refused(_) => Self::Changed,
            error => Self::Port(error.into()),
        }
    }
}
