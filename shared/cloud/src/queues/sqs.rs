//! Queues in SQS.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use super::Message;
use crate::PortError;
use crate::calls::{Call, CallCounter};
use crate::error::unavailable;

#[derive(Clone)]
pub(crate) struct Sqs {
    client: Client,
}

impl Sqs {
    pub(crate) fn new(shared: &SdkConfig) -> Self {
        let config = aws_sdk_sqs::config::Builder::from(shared).interceptor(CallCounter);
        Self {
            client: Client::from_conf(config.build()),
        }
    }

    pub(super) async fn send(&self, url: &str, message: Message, delay: Duration) -> Result<(), PortError> {
        self.client
            .send_message()
            .queue_url(url)
            .message_body(message.body)
            .message_group_id(message.group)
            .delay_seconds(i32::try_from(delay.as_secs()).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(unavailable(Call::SendMessage))?;
        Ok(())
    }

    pub(super) async fn send_batch(&self, url: &str, messages: Vec<Message>) -> Result<usize, PortError> {
        let mut entries = Vec::with_capacity(messages.len());
        for (index, message) in messages.into_iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(message.body)
                .message_group_id(message.group)
                .build()
                .map_err(|_| PortError::Unreadable("a message".to_owned()))?;
            entries.push(entry);
        }
        let sent = self
            .client
            .send_message_batch()
            .queue_url(url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(unavailable(Call::SendMessageBatch))?;
        Ok(sent.successful().len())
    }

    pub(super) async fn change_visibility(
        &self,
        url: &str,
        receipt_handle: &str,
        timeout: Duration,
    ) -> Result<(), PortError> {
        self.client
            .change_message_visibility()
            .queue_url(url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(i32::try_from(timeout.as_secs()).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(unavailable(Call::ChangeMessageVisibility))?;
        Ok(())
    }
}
