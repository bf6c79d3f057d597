//! The submit and poll queues.

#[cfg(feature = "testing")]
pub(crate) mod memory;
pub(crate) mod sqs;

use std::time::Duration;

use domain::TenantId;
use domain::message::{PollMessage, SubmitMessage};
use futures::future::join_all;
use serde::Serialize;

use crate::backend::on_backend;
use crate::{Cloud, PortError};

/// The longest delay SQS knows.
const MAX_DELAY: Duration = Duration::from_secs(900);
/// Messages in one `SendMessageBatch`; SQS's limit.
const MAX_BATCH: usize = 10;

/// A message to send.
pub(crate) struct Message {
    body: String,
    /// On a standard queue a group makes the queue fair: one loud tenant cannot starve the others.
    group: String,
}

impl Message {
    fn new(body: &impl Serialize, tenant: &TenantId) -> Result<Self, PortError> {
        let body = serde_json::to_string(body).map_err(|_| PortError::Unreadable("a message".to_owned()))?;
        let group = tenant.to_string();
        Ok(Self { body, group })
    }

    fn submit(message: &SubmitMessage) -> Result<Self, PortError> {
        let SubmitMessage::V1 { tenant_id, .. } = message;
        Self::new(message, tenant_id)
    }
}

/// The queues, in SQS or in memory.
#[derive(Clone)]
pub(crate) enum Queues {
    Sqs(sqs::Sqs),
    #[cfg(feature = "testing")]
    Memory(memory::MemoryQueues),
}

impl Queues {
    async fn send(&self, url: &str, message: Message, delay: Duration) -> Result<(), PortError> {
        let delay = delay.min(MAX_DELAY);
        on_backend!(self, Sqs, queues => queues.send(url, message, delay))
    }

    /// At most [`MAX_BATCH`] messages. Answers how many the queue took.
    async fn send_batch(&self, url: &str, messages: Vec<Message>) -> Result<usize, PortError> {
        on_backend!(self, Sqs, queues => queues.send_batch(url, messages))
    }

    async fn change_visibility(
        &self,
        url: &str,
        receipt_handle: &str,
        timeout: Duration,
    ) -> Result<(), PortError> {
        on_backend!(self, Sqs, queues => queues.change_visibility(url, receipt_handle, timeout))
    }
}

impl Cloud {
    /// Sends an edit to the workers that submit, to the queue of this name or the stack's own.
    pub async fn send_submit(
        &self,
        queue_name: Option<&str>,
        message: &SubmitMessage,
        delay: Duration,
    ) -> Result<(), PortError> {
        let url = queue_url(&self.config.submit_queue_url, queue_name);
        self.queues.send(&url, Message::submit(message)?, delay).await
    }

    /// Sends an edit to the workers that poll.
    pub async fn send_poll(&self, message: &PollMessage, delay: Duration) -> Result<(), PortError> {
        let PollMessage::V1 { tenant_id, .. } = message;
        let message = Message::new(message, tenant_id)?;
        self.queues
            .send(&self.config.poll_queue_url, message, delay)
            .await
    }

    /// Sends edits to the workers that submit, ten in a call, to the queue of this name or the stack's own. Returns how
    /// many the queue took.
    pub async fn send_submits(
        &self,
        queue_name: Option<&str>,
        messages: &[SubmitMessage],
    ) -> Result<usize, PortError> {
        let url = queue_url(&self.config.submit_queue_url, queue_name);
        let mut batches = Vec::new();
        for batch in messages.chunks(MAX_BATCH) {
            batches.push(batch.iter().map(Message::submit).collect::<Result<_, _>>()?);
        }
        let calls = batches
            .into_iter()
            .map(|batch| self.queues.send_batch(&url, batch));
        let (mut taken, mut failed) = (0, None);
        for sent in join_all(calls).await {
            match sent {
                Ok(sent) => taken += sent,
                Err(error) => failed = Some(error),
            }
        }
        // Messages that the queue took stay taken: a failure is an error only where none was.
        match failed {
            Some(error) if taken == 0 => Err(error),
            _ => Ok(taken),
        }
    }

    /// Makes a message that was received from this queue of the stack visible again after this time.
    pub async fn deliver_again(
        &self,
        queue_arn: &str,
        receipt_handle: &str,
        after: Duration,
    ) -> Result<(), PortError> {
        let name = queue_arn.rsplit(':').next();
        let url = queue_url(&self.config.submit_queue_url, name);
        self.queues.change_visibility(&url, receipt_handle, after).await
    }
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
