//! Hints at attempts, so that a bounded number of them is taken.

use crate::PortError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::EditId;
use jiff::SignedDuration;

use super::keys::{self, number};
use crate::Cloud;
use crate::error::unavailable;

/// How long a hint is remembered, in seconds; nobody gives one for so old an attempt.
const KEPT_SECONDS: i64 = 24 * 3_600;

impl Cloud {
    /// Takes a hint at an attempt; false where one was taken within the quiet time before.
    pub async fn take_hint(
        &self,
        edit: EditId,
        attempt: u32,
        quiet: SignedDuration,
    ) -> Result<bool, PortError> {
        let now = self.now().as_second();
        let mut item = keys::hint(edit, attempt).into_item();
        item.insert("taken_at".to_owned(), number(now));
        item.insert("expires_at".to_owned(), number(now + KEPT_SECONDS));
        let written = self
            .dynamodb
            .put_item()
            .table_name(&self.config.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR taken_at <= :before")
            .expression_attribute_values(":before", number(now - quiet.as_secs()))
            .send()
            .await;
        match written {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable("dynamodb.PutItem")(error)),
        }
    }
}
