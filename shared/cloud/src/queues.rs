//! The submit and poll queues in SQS.

use crate::PortError;
use std::time::Duration;

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::TenantId;
use domain::message::{PollMessage, SubmitMessage};
use futures::future::join_all;
use serde::Serialize;

use crate::Cloud;
use crate::error::unavailable;

/// The longest delay SQS knows.
const MAX_DELAY: Duration = Duration::from_secs(900);
/// What `SendMessageBatch` takes at once.
const BATCH: usize = 10;

impl Cloud {
    /// Sends an edit to the workers that submit, to the queue of this name or the stack's own.
    pub async fn send_submit(
        &self,
        queue_name: Option<&str>,
        message: &SubmitMessage,
        delay: Duration,
    ) -> Result<(), PortError> {
        let SubmitMessage::V1 { tenant_id, .. } = message;
        let url = queue_url(&self.config.submit_queue_url, queue_name);
        self.send(&url, message, tenant_id, delay).await
    }

    /// Sends an edit to the workers that poll.
    pub async fn send_poll(&self, message: &PollMessage, delay: Duration) -> Result<(), PortError> {
        let PollMessage::V1 { tenant_id, .. } = message;
        self.send(&self.config.poll_queue_url, message, tenant_id, delay)
            .await
    }
}

impl Cloud {
    /// Sends edits to the workers that submit, ten in a call, to the queue of this name or the stack's own. Returns how
    /// many the queue took.
    pub async fn send_submits(
        &self,
        queue_name: Option<&str>,
        messages: &[SubmitMessage],
    ) -> Result<usize, PortError> {
        let url = queue_url(&self.config.submit_queue_url, queue_name);
        let calls = messages.chunks(BATCH).map(|batch| self.send_batch(&url, batch));
        let (mut taken, mut failed) = (0, None);
        for sent in join_all(calls).await {
            match sent {
                Ok(sent) => taken += sent,
                Err(error) => failed = Some(error),
            }
        }
        // What the queue took it took: a failure is told only where nothing else can be.
        match failed {
            Some(error) if taken == 0 => Err(error),
            _ => Ok(taken),
        }
    }
}

impl Cloud {
    async fn send_batch(&self, url: &str, messages: &[SubmitMessage]) -> Result<usize, PortError> {
        let mut entries = Vec::with_capacity(messages.len());
        for (index, message) in messages.iter().enumerate() {
            let SubmitMessage::V1 { tenant_id, .. } = message;
            let entry = SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(body(message)?)
                .message_group_id(tenant_id.as_str())
                .build()
                .map_err(|_| PortError::Unreadable("a message".to_owned()))?;
            entries.push(entry);
        }
        let sent = self
            .sqs
            .send_message_batch()
            .queue_url(url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(unavailable("sqs.SendMessageBatch"))?;
        Ok(sent.successful().len())
    }

    async fn send<M: Serialize>(
        &self,
        url: &str,
        message: &M,
        tenant: &TenantId,
        delay: Duration,
    ) -> Result<(), PortError> {
        let seconds = i32::try_from(delay.min(MAX_DELAY).as_secs()).unwrap_or(0);
        self.sqs
            .send_message()
            .queue_url(url)
            .message_body(body(message)?)
            // On a standard queue a group makes the queue fair: one loud tenant cannot starve the others.
            .message_group_id(tenant.as_str())
            .delay_seconds(seconds)
            .send()
            .await
            .map_err(unavailable("sqs.SendMessage"))?;
        Ok(())
    }
}

impl Cloud {
    /// Makes a message that was received from this queue of the stack visible again after this time.
    ///
    /// # Errors
    /// SQS cannot be reached.
    pub async fn deliver_again(
        &self,
        queue_arn: &str,
        receipt_handle: &str,
        after: Duration,
    ) -> Result<(), PortError> {
        let name = queue_arn.rsplit(':').next();
        let seconds = i32::try_from(after.as_secs()).unwrap_or(i32::MAX);
        self.sqs
            .change_message_visibility()
            .queue_url(queue_url(&self.config.submit_queue_url, name))
            .receipt_handle(receipt_handle)
            .visibility_timeout(seconds)
            .send()
            .await
            .map_err(unavailable("sqs.ChangeMessageVisibility"))?;
        Ok(())
    }
}

fn body(message: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(message).map_err(|_| PortError::Unreadable("a message".to_owned()))
}

/// The URL of the queue of this name beside the stack's own: queues of one account and region differ only in the
/// last part of their URL, so no call is needed to look it up.
fn queue_url(own: &str, name: Option<&str>) -> String {
    match (name, own.rsplit_once('/')) {
        (Some(name), Some((base, _))) => format!("{base}/{name}"),
        _ => own.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::queue_url;

    #[test]
    fn a_queue_name_replaces_the_last_part_of_the_url() {
        let own = "https://sqs.eu-central-1.amazonaws.com/123456789012/magic-edits-prod-submit";
        assert_eq!(queue_url(own, None), own);
        assert_eq!(
            queue_url(own, Some("magic-edits-prod-submit-standby")),
            "https://sqs.eu-central-1.amazonaws.com/123456789012/magic-edits-prod-submit-standby"
        );
    }
}
