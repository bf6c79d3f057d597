//! Messages past the product: copies, late ones, and such as nobody should send.

use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use domain::EditId;
use domain::message::{PollMessage, SubmitMessage};

use crate::patience::eventually;
use crate::{Stack, World};

/// The most messages in one call.
const BATCH: usize = 10;

/// Sends an edit to the workers.
pub async fn submit(world: &World, id: EditId) {
    submit_copies(world, id, 1).await;
}

/// Sends the same submit message so many times at once.
pub async fn submit_copies(world: &World, id: EditId, copies: usize) {
    let url = &world.stack.described.submit_queue_url;
    send(&world.stack, url, &vec![submit_body(world, id); copies]).await;
}

/// Sends the same poll message so many times at once.
pub async fn poll_copies(world: &World, id: EditId, attempt: u32, copies: usize) {
    let url = &world.stack.described.poll_queue_url;
    send(&world.stack, url, &vec![poll_body(world, id, attempt); copies]).await;
}

/// A submit message.
pub fn submit_body(world: &World, id: EditId) -> String {
    let message = SubmitMessage::V1 {
        tenant_id: world.tenant.id.clone(),
        event_id: world.event.id.clone(),
        edit_id: id,
        held_at: None,
    };
    serde_json::to_string(&message).unwrap()
}

/// A poll message for an attempt, the first of its kind.
pub fn poll_body(world: &World, id: EditId, attempt: u32) -> String {
    let message = PollMessage::V1 {
        tenant_id: world.tenant.id.clone(),
        event_id: world.event.id.clone(),
        edit_id: id,
        attempt,
        polls: 0,
        hint: None,
    };
    serde_json::to_string(&message).unwrap()
}

/// Makes a worker's environments run once more, for an edit that is not there.
pub async fn nudge(stack: &Stack, folder: &str) {
    let tenant_id = "nobody".parse().unwrap();
    let event_id = "nothing".parse().unwrap();
    let edit_id = "edit_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let (url, body) = match folder {
        "process-edit" => {
            let message = SubmitMessage::V1 {
                tenant_id,
                event_id,
                edit_id,
                held_at: None,
            };
            (&stack.described.submit_queue_url, serde_json::to_string(&message))
        }
        "poll-edit" => {
            let message = PollMessage::V1 {
                tenant_id,
                event_id,
                edit_id,
                attempt: 1,
                polls: 0,
                hint: None,
            };
            (&stack.described.poll_queue_url, serde_json::to_string(&message))
        }
        other => panic!("{other} takes no messages"),
    };
    // More than a batch, for more than one environment.
    send(stack, url, &vec![body.unwrap(); 4 * BATCH]).await;
}

/// Sends messages, up to ten at once.
pub async fn send(stack: &Stack, url: &str, bodies: &[String]) {
    for batch in bodies.chunks(BATCH) {
        let entries = batch.iter().enumerate().map(|(index, body)| {
            let entry = SendMessageBatchRequestEntry::builder().id(index.to_string());
            entry.message_body(body).build().unwrap()
        });
        let sent = stack.sqs.send_message_batch().queue_url(url);
        let sent = sent.set_entries(Some(entries.collect())).send().await.unwrap();
        assert!(sent.failed().is_empty(), "{:?}", sent.failed());
    }
}

/// Loses every message of a queue.
pub async fn purge(stack: &Stack, url: &str) {
    stack.sqs.purge_queue().queue_url(url).send().await.unwrap();
}

/// Waits until every message is done that a queue has got since then. What others left in it before (unreadable, or with
/// a process that was killed) may stay in it for minutes.
pub async fn done(stack: &Stack, url: &str, before: Waiting) {
    let is_done = async || waiting(stack, url).await.total() <= before.total();
    eventually("done with its messages", is_done).await;
}

/// How many messages wait in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// For anybody to take them.
    pub visible: u32,
    /// Taken and neither done nor given back.
    pub in_flight: u32,
    /// For their time.
    pub delayed: u32,
}

impl Waiting {
    /// All of them.
    pub fn total(self) -> u32 {
        self.visible + self.in_flight + self.delayed
    }
}

/// How many messages wait in a queue.
pub async fn waiting(stack: &Stack, url: &str) -> Waiting {
    let asked = stack.sqs.get_queue_attributes().queue_url(url);
    let asked = asked
        .attribute_names(QueueAttributeName::All)
        .send()
        .await
        .unwrap();
    let count = |name: QueueAttributeName| {
        let found = asked.attributes().and_then(|attributes| attributes.get(&name));
        found.and_then(|count| count.parse().ok()).unwrap_or(0)
    };
    Waiting {
        visible: count(QueueAttributeName::ApproximateNumberOfMessages),
        in_flight: count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
        delayed: count(QueueAttributeName::ApproximateNumberOfMessagesDelayed),
    }
}
