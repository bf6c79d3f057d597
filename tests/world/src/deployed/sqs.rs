//! The stack's queues, past the product.

use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use domain::message::{PollMessage, SubmitMessage};

use crate::Stack;
use crate::patience::eventually;

/// The most messages in one call.
const BATCH: usize = 10;

/// How many messages a queue holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Any worker may take them.
    pub visible: u32,
    /// A worker has them.
    pub in_flight: u32,
    /// They are not due yet.
    pub delayed: u32,
}

impl Held {
    pub fn total(self) -> u32 {
        self.visible + self.in_flight + self.delayed
    }
}

impl Stack {
    /// Sends messages, up to ten at once.
    pub async fn send_messages(&self, url: &str, bodies: &[String]) {
        for batch in bodies.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(|(index, body)| {
                let entry = SendMessageBatchRequestEntry::builder().id(index.to_string());
                entry.message_body(body).build().unwrap()
            });
            let sent = self.sqs.send_message_batch().queue_url(url);
            let sent = sent.set_entries(Some(entries.collect())).send().await.unwrap();
            assert!(sent.failed().is_empty(), "{:?}", sent.failed());
        }
    }

    /// Deletes every message of a queue.
    pub async fn purge(&self, url: &str) {
        self.sqs.purge_queue().queue_url(url).send().await.unwrap();
    }

    /// Waits until every message is handled that a queue has got since then. Messages that were there before
    /// (unreadable, or with a process that was killed) may stay for minutes.
    pub async fn until_handled(&self, url: &str, before: Held) {
        let is_handled = async || self.messages(url).await.total() <= before.total();
        eventually("every message handled", is_handled).await;
    }

    /// How many messages a queue holds.
    pub async fn messages(&self, url: &str) -> Held {
        let asked = self.sqs.get_queue_attributes().queue_url(url);
        let asked = asked
            .attribute_names(QueueAttributeName::All)
            .send()
            .await
            .unwrap();
        let count = |name: QueueAttributeName| {
            let found = asked.attributes().and_then(|attributes| attributes.get(&name));
            found.and_then(|count| count.parse().ok()).unwrap_or(0)
        };
        Held {
            visible: count(QueueAttributeName::ApproximateNumberOfMessages),
            in_flight: count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
            delayed: count(QueueAttributeName::ApproximateNumberOfMessagesDelayed),
        }
    }

    /// Makes a worker's environments run once more, for an edit that is not there.
    pub async fn nudge(&self, function: &str) {
        let tenant_id = "nobody".parse().unwrap();
        let event_id = "nothing".parse().unwrap();
        let edit_id = "edit_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let (url, body) = match function {
            "process-edit" => {
                let message = SubmitMessage::V1 {
                    tenant_id,
                    event_id,
                    edit_id,
                    held_at: None,
                };
                (&self.described.submit_queue_url, serde_json::to_string(&message))
            }
            "poll-edit" => {
                let message = PollMessage::V1 {
                    tenant_id,
                    event_id,
                    edit_id,
                    attempt: 1,
                    polls: 0,
                    unfetched: None,
                    hint: None,
                };
                (&self.described.poll_queue_url, serde_json::to_string(&message))
            }
            other => panic!("{other} takes no messages"),
        };
        // More than a batch, for more than one environment.
        self.send_messages(url, &vec![body.unwrap(); 4 * BATCH]).await;
    }
}
