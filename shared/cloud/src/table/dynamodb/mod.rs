//! The table in DynamoDB.

mod expression;
#[cfg(test)]
mod tests;
mod transaction;

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, ReturnValue, WriteRequest};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Batch, Condition, Item, Key, Page, Query, Update, WriteError};
use crate::PortError;
use crate::calls::{Call, CallCounter};
use crate::error::unavailable;

use expression::Placeholders;

/// How DynamoDB refuses a single write while a transaction writes the item.
const CONFLICT: &str = "TransactionConflictException";

#[derive(Clone)]
pub(crate) struct DynamoDb {
    client: Client,
    table: String,
}

impl DynamoDb {
    pub(crate) fn new(shared: &SdkConfig, table: String) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(shared).interceptor(CallCounter);
        Self {
            client: Client::from_conf(config.build()),
            table,
        }
    }

    pub(super) async fn get(&self, key: &Key) -> Result<Option<Item>, PortError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.clone().into_item()))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable(Call::GetItem))?;
        Ok(answer.item)
    }

    pub(super) async fn batch_get(&self, keys: &[Key]) -> Result<Batch, PortError> {
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().cloned().map(Key::into_item).collect()))
            .consistent_read(true)
            .build()
            .map_err(unbuilt)?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&self.table, request)
            .send()
            .await
            .map_err(unavailable(Call::BatchGetItem))?;
        let unprocessed = answer.unprocessed_keys.into_iter().flatten();
        let unprocessed = unprocessed.flat_map(|(_, left)| left.keys);
        Ok(Batch {
            items: answer
                .responses
                .into_iter()
                .flatten()
                .flat_map(|(_, items)| items)
                .collect(),
            unprocessed: unprocessed.filter_map(|key| Key::of(&key)).collect(),
        })
    }

    pub(super) async fn query(&self, query: &Query) -> Result<Page, PortError> {
        let mut placeholders = Placeholders::default();
        let key_condition = placeholders.key_condition(query);
        let projection = placeholders.projection(query);
        let (names, values) = placeholders.finish();
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(query.index.map(|index| index.name().to_owned()))
            .key_condition_expression(key_condition)
            .set_projection_expression(projection)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .scan_index_forward(!query.backward)
            .consistent_read(query.consistent)
            .set_exclusive_start_key(query.after.clone())
            .set_limit(query.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .send()
            .await
            .map_err(unavailable(Call::Query))?;
        Ok(Page {
            items: answer.items.unwrap_or_default(),
            count: u32::try_from(answer.count).unwrap_or(0),
            next: answer.last_evaluated_key.filter(|key| !key.is_empty()),
        })
    }

    pub(super) async fn put(&self, item: Item, condition: &Condition) -> Result<bool, WriteError> {
        let mut placeholders = Placeholders::default();
        let condition = placeholders.condition(condition);
        let (names, values) = placeholders.finish();
        let written = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .send()
            .await;
        let refused = PutItemError::is_conditional_check_failed_exception;
        Ok(written_or_refused(written, refused, Call::PutItem)?.is_some())
    }

    pub(super) async fn update(
        &self,
        key: &Key,
        update: &Update,
        condition: &Condition,
    ) -> Result<Option<Item>, WriteError> {
        let mut placeholders = Placeholders::default();
        let condition = placeholders.condition(condition);
        let update = placeholders.update(update);
        let (names, values) = placeholders.finish();
        let written = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.clone().into_item()))
            .set_update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        let refused = UpdateItemError::is_conditional_check_failed_exception;
        let written = written_or_refused(written, refused, Call::UpdateItem)?;
        Ok(written.map(|answer| answer.attributes.unwrap_or_default()))
    }

    pub(super) async fn delete(&self, key: &Key, condition: &Condition) -> Result<bool, WriteError> {
        let mut placeholders = Placeholders::default();
        let condition = placeholders.condition(condition);
        let (names, values) = placeholders.finish();
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key.clone().into_item()))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .send()
            .await;
        let refused = DeleteItemError::is_conditional_check_failed_exception;
        Ok(written_or_refused(deleted, refused, Call::DeleteItem)?.is_some())
    }

    pub(super) async fn batch_delete(&self, keys: &[Key]) -> Result<Vec<Key>, PortError> {
        let delete = |key: &Key| {
            let request = DeleteRequest::builder()
                .set_key(Some(key.clone().into_item()))
                .build()
                .map_err(unbuilt)?;
            Ok(WriteRequest::builder().delete_request(request).build())
        };
        let deletes: Vec<_> = keys.iter().map(delete).collect::<Result<_, PortError>>()?;
        let answer = self
            .client
            .batch_write_item()
            .set_request_items(Some(HashMap::from([(self.table.clone(), deletes)])))
            .send()
            .await
            .map_err(unavailable(Call::BatchWriteItem))?;
        let left = answer
            .unprocessed_items
            .into_iter()
            .flatten()
            .flat_map(|(_, left)| left);
        let left = left.filter_map(|request| Key::of(request.delete_request()?.key()));
        Ok(left.collect())
    }
}

/// `None` where the condition did not hold.
fn written_or_refused<T, E, R>(
    written: Result<T, SdkError<E, R>>,
    refused: impl Fn(&E) -> bool,
    call: Call,
) -> Result<Option<T>, WriteError>
where
    E: ProvideErrorMetadata,
{
    match written {
        Ok(answer) => Ok(Some(answer)),
        Err(SdkError::ServiceError(error)) if refused(error.err()) => Ok(None),
        Err(error) if error.code() == Some(CONFLICT) => Err(WriteError::Conflict),
        Err(error) => Err(unavailable(call)(error).into()),
    }
}

/// A request without a field that it needs.
#[allow(clippy::needless_pass_by_value)] // `map_err` passes it so
fn unbuilt(error: BuildError) -> PortError {
    PortError::Unreadable(format!("a request ({error})"))
}
