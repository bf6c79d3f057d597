//! Writing what must go together.

use crate::PortError;
use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use backon::{ExponentialBuilder, Retryable};
use domain::budget::BudgetChange;
use domain::figures::FiguresChange;
use domain::{EventId, MicroUsd};

use super::keys::{self, Item, Key, number};
use crate::Cloud;
use crate::context::random_bits;
use crate::error::unavailable;

/// How a transaction failed.
#[derive(Debug)]
pub(crate) enum TransactionError {
    /// The conditions of these items (by position) did not hold. Nothing was written.
    Refused(Vec<usize>),
    /// Other writes of the same items were in the way, at every try.
    Contended,
    /// Anything else.
    Port(PortError),
}

impl Cloud {
    /// Writes all of it or nothing. A conflict with another transaction, or an item that is written too often, is
    /// tried again, with jitter, which the SDK does not do; a refused condition is told apart by the cancellation
    /// reasons.
    ///
    /// The client token is new for every transaction and the same for every retry of it: an SDK retry after a lost
    /// answer cannot add to a counter twice, and two workers that write the same thing cannot both succeed.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), TransactionError> {
        let token = format!("{:032x}", random_bits());
        // A conflict lasts a few milliseconds; eight waits, three seconds at the most, leave an HTTP function its time.
        let backoff = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(15))
            .with_max_delay(Duration::from_millis(300))
            .with_max_times(8);
        (|| self.try_transaction(&writes, &token))
            .retry(backoff)
            .when(|error| matches!(error, TransactionError::Contended))
            .await
    }

    async fn try_transaction(
        &self,
        writes: &[TransactWriteItem],
        token: &str,
    ) -> Result<(), TransactionError> {
        let request = self
            .dynamodb
            .transact_write_items()
            .set_transact_items(Some(writes.to_vec()));
        request
            .client_request_token(token)
            .send()
            .await
            .map(|_| ())
            .map_err(failure)
    }

    /// Puts an item, on a condition.
    pub(crate) fn put(&self, item: Item, condition: Condition) -> Result<TransactWriteItem, PortError> {
        let put = Put::builder()
            .table_name(&self.config.table)
            .set_item(Some(item))
            .condition_expression(condition.expression)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None)
            .build()
            .map_err(|_| PortError::Unreadable("a put".to_owned()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Moves an event's counters; with a limit, only if no more edits than that are under way afterwards.
    pub(crate) fn add_figures(
        &self,
        event: &EventId,
        month: &str,
        change: &FiguresChange,
        max_open: Option<u32>,
    ) -> Result<TransactWriteItem, PortError> {
        let amounts = change
            .iter()
            .map(|(counter, amount)| (counter.attribute(), amount));
        self.add(Addition {
            key: keys::figures(event, month),
            amounts: amounts.collect(),
            at_most: max_open.map(|most| ("open", i64::from(most) - 1)),
            set: None,
        })
    }

    /// Moves a tenant's budget; with a cap, only if what is committed stays within it.
    pub(crate) fn change_budget(
        &self,
        change: &BudgetChange,
        cap: Option<MicroUsd>,
    ) -> Result<TransactWriteItem, PortError> {
        self.add(Addition {
            key: keys::budget(&change.tenant_id, &change.month),
            amounts: vec![
                ("committed".to_owned(), change.committed.get()),
                ("spent".to_owned(), change.spent.get()),
            ],
            at_most: cap.map(|cap| ("committed", (cap - change.committed).get())),
            set: None,
        })
    }

    /// Adds to the numbers of an item, which need not exist yet.
    pub(crate) fn add(&self, addition: Addition) -> Result<TransactWriteItem, PortError> {
        let mut update = Update::builder()
            .table_name(&self.config.table)
            .set_key(Some(addition.key.into_item()));
        let mut expression = Vec::new();
        for (index, (name, amount)) in addition.amounts.into_iter().enumerate() {
            expression.push(format!("#a{index} :a{index}"));
            update = update
                .expression_attribute_names(format!("#a{index}"), name)
                .expression_attribute_values(format!(":a{index}"), number(amount));
        }
        let mut expression = format!("ADD {}", expression.join(", "));
        if let Some((name, value)) = addition.set {
            expression.push_str(" SET #set = :set");
            update = update
                .expression_attribute_names("#set", name)
                .expression_attribute_values(":set", value);
        }
        update = update.update_expression(expression);
        if let Some((name, most)) = addition.at_most {
            // What is not there counts as nothing, which a negative limit has no room for either.
            let condition = match most {
                0.. => "attribute_not_exists(#limited) OR #limited <= :most",
                _ => "#limited <= :most",
            };
            update = update
                .condition_expression(condition)
                .expression_attribute_names("#limited", name)
                .expression_attribute_values(":most", number(most));
        }
        let update = update
            .build()
            .map_err(|_| PortError::Unreadable("an update".to_owned()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// What is added to an item's numbers.
pub(crate) struct Addition {
    pub(crate) key: Key,
    /// Attribute and amount; at least one. An amount of nothing makes the attribute where there is none.
    pub(crate) amounts: Vec<(String, i64)>,
    /// An attribute that must not be larger than this before.
    pub(crate) at_most: Option<(&'static str, i64)>,
    /// An attribute that is set along with it.
    pub(crate) set: Option<(&'static str, AttributeValue)>,
}

/// A condition with what it refers to.
#[derive(Default)]
pub(crate) struct Condition {
    pub(crate) expression: String,
    pub(crate) names: Option<std::collections::HashMap<String, String>>,
    pub(crate) values: Option<Item>,
}

impl Condition {
    /// The item must not exist.
    pub(crate) fn absent() -> Self {
        Self {
            expression: "attribute_not_exists(pk)".to_owned(),
            ..Self::default()
        }
    }
}

/// Why a transaction was cancelled, where the same one may well pass a moment later.
const PASSING: [&str; 3] = [
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
];

fn failure(error: SdkError<TransactWriteItemsError>) -> TransactionError {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
            let reasons = canceled.cancellation_reasons();
            let refused = positions(reasons, "ConditionalCheckFailed");
            if !refused.is_empty() {
                TransactionError::Refused(refused)
            } else if PASSING.iter().all(|code| positions(reasons, code).is_empty()) {
                TransactionError::Port(unavailable("dynamodb.TransactWriteItems")(error))
            } else {
                TransactionError::Contended
            }
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => TransactionError::Contended,
        _ => TransactionError::Port(unavailable("dynamodb.TransactWriteItems")(error)),
    }
}

fn positions(reasons: &[CancellationReason], code: &str) -> Vec<usize> {
    (0..)
        .zip(reasons)
        .filter(|(_, reason)| reason.code() == Some(code))
        .map(|(index, _)| index)
        .collect()
}
