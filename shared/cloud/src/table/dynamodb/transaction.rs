//! `TransactWriteItems`.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{self, ConditionCheck, Delete, Put, TransactWriteItem};

use super::expression::Placeholders;
use super::{DynamoDb, unbuilt};
use crate::PortError;
use crate::calls::Call;
use crate::error::unavailable;
use crate::table::{CancellationReason, Key, TransactError, Write};

impl DynamoDb {
    pub(in crate::table) async fn transact(
        &self,
        writes: &[Write],
        token: &str,
    ) -> Result<(), TransactError> {
        let writes: Vec<_> = writes
            .iter()
            .map(|write| self.transact_item(write))
            .collect::<Result<_, _>>()
            .map_err(TransactError::Port)?;
        let request = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes));
        match request.client_request_token(token).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    TransactError::Cancelled(cancelled.cancellation_reasons().iter().map(reason).collect())
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => TransactError::InProgress,
                _ => TransactError::Port(unavailable(Call::TransactWriteItems)(error)),
            }),
        }
    }

    fn transact_item(&self, write: &Write) -> Result<TransactWriteItem, PortError> {
        let mut placeholders = Placeholders::default();
        let key = |key: &Key| Some(key.clone().into_item());
        let item = TransactWriteItem::builder();
        Ok(match write {
            Write::Put { item: put, when } => {
                let condition = placeholders.condition(when);
                let (names, values) = placeholders.finish();
                let put = Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(put.clone()))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.put(put.build().map_err(unbuilt)?)
            }
            Write::Update {
                key: of,
                update,
                when,
            } => {
                let condition = placeholders.condition(when);
                let update = placeholders.update(update);
                let (names, values) = placeholders.finish();
                let update = types::Update::builder()
                    .table_name(&self.table)
                    .set_key(key(of))
                    .set_update_expression(update)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.update(update.build().map_err(unbuilt)?)
            }
            Write::Delete { key: of, when } => {
                let condition = placeholders.condition(when);
                let (names, values) = placeholders.finish();
                let delete = Delete::builder()
                    .table_name(&self.table)
                    .set_key(key(of))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.delete(delete.build().map_err(unbuilt)?)
            }
            Write::Check { key: of, when } => {
                let condition = placeholders.condition(when);
                let (names, values) = placeholders.finish();
                let check = ConditionCheck::builder()
                    .table_name(&self.table)
                    .set_key(key(of))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                item.condition_check(check.build().map_err(unbuilt)?)
            }
        }
        .build())
    }
}

fn reason(reason: &types::CancellationReason) -> CancellationReason {
    match reason.code() {
        None | Some("None") => CancellationReason::None,
        Some("ConditionalCheckFailed") => CancellationReason::ConditionalCheckFailed,
        Some("TransactionConflict") => CancellationReason::TransactionConflict,
        Some("ThrottlingError" | "ProvisionedThroughputExceeded") => CancellationReason::Throttled,
        Some(code) => {
            tracing::warn!(call = %Call::TransactWriteItems, error = code, "AWS call failed");
            CancellationReason::Other
        }
    }
}
