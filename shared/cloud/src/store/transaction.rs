//! Writing what must go together.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use backon::{ExponentialBuilder, Retryable};
use domain::budget::BudgetChange;
use domain::figures::FiguresChange;
use domain::ports::PortError;
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
    /// Other transactions were in the way, at every try.
    Contended,
    /// Anything else.
    Port(PortError),
}

impl Cloud {
    /// Writes all of it or nothing. A conflict with another transaction is tried again, with jitter; a refused
    /// condition is told apart from it by the cancellation reasons.
    ///
    /// The client token is new for every transaction and the same for every retry of it: an SDK retry after a lost
    /// answer cannot add to a counter twice, and two workers that write the same thing cannot both succeed.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), TransactionError> {
        let token = format!("{:032x}", random_bits());
        let attempt = || async {
            self.dynamodb
                .transact_write_items()
                .set_transact_items(Some(writes.clone()))
                .client_request_token(&token)
                .send()
                .await
                .map(|_| ())
                .map_err(failure)
        };
        // A conflict lasts a few milliseconds; eight waits of at most 400 ms stay within an HTTP answer's time.
        let backoff = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(15))
            .with_max_delay(Duration::from_millis(400))
            .with_max_times(10);
        attempt
            .retry(backoff)
            .when(|error| matches!(error, TransactionError::Contended))
            .await
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

    /// Moves an event's counters.
    pub(crate) fn add_figures(
        &self,
        event: &EventId,
        month: &str,
        change: &FiguresChange,
    ) -> Result<TransactWriteItem, PortError> {
        let changes: Vec<(String, i64)> = change
            .iter()
            .map(|(counter, amount)| (counter.attribute(), amount))
            .collect();
        let additions: Vec<(&str, i64)> = changes
            .iter()
            .map(|(name, amount)| (name.as_str(), *amount))
            .collect();
        self.add(keys::figures(event, month), &additions, None)
    }

    /// Moves a tenant's budget; with a cap, only if what is committed stays within it.
    pub(crate) fn change_budget(
        &self,
        change: &BudgetChange,
        cap: Option<MicroUsd>,
    ) -> Result<TransactWriteItem, PortError> {
        let additions = [
            ("committed", change.committed.get()),
            ("spent", change.spent.get()),
        ];
        let room = cap.map(|cap| cap - change.committed);
        self.add(keys::budget(&change.tenant_id, &change.month), &additions, room)
    }

    fn add(
        &self,
        key: Key,
        additions: &[(&str, i64)],
        room: Option<MicroUsd>,
    ) -> Result<TransactWriteItem, PortError> {
        let mut update = Update::builder()
            .table_name(&self.config.table)
            .set_key(Some(key.into_item()));
        let mut expression = Vec::new();
        for (index, (name, amount)) in additions.iter().filter(|(_, amount)| *amount != 0).enumerate() {
            expression.push(format!("#a{index} :a{index}"));
            update = update
                .expression_attribute_names(format!("#a{index}"), *name)
                .expression_attribute_values(format!(":a{index}"), number(*amount));
        }
        update = update.update_expression(format!("ADD {}", expression.join(", ")));
        if let Some(room) = room {
            update = update
                .condition_expression("attribute_not_exists(committed) OR committed <= :room")
                .expression_attribute_values(":room", number(room.get()));
        }
        let update = update
            .build()
            .map_err(|_| PortError::Unreadable("an update".to_owned()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
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

fn failure(error: SdkError<TransactWriteItemsError>) -> TransactionError {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
            let reasons = canceled.cancellation_reasons();
            let refused = positions(reasons, "ConditionalCheckFailed");
            if !refused.is_empty() {
                TransactionError::Refused(refused)
            } else if positions(reasons, "TransactionConflict").is_empty() {
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
