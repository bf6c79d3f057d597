//! Messages that the product did not send: copies, late ones, and invalid ones.

use domain::EditId;
use domain::message::{PollMessage, SubmitMessage};

use crate::{Place, World};

/// A queue of the stack, or the events that Lambda keeps itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    Submit,
    Poll,
    Uploads,
}

impl Queue {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Poll => "poll",
            Self::Uploads => "uploads",
        }
    }

    /// The function that takes its messages.
    pub const fn worker(self) -> &'static str {
        match self {
            Self::Submit => "process-edit",
            Self::Poll => "poll-edit",
            Self::Uploads => "prepare-photo",
        }
    }
}

/// Sends an edit to the workers that submit.
pub async fn submit(world: &World, id: EditId) {
    submit_copies(world, id, 1).await;
}

/// Sends the same submit message this many times at once.
pub async fn submit_copies(world: &World, id: EditId, copies: usize) {
    send(&world.place, Queue::Submit, &vec![submit_body(world, id); copies]).await;
}

/// Sends the same poll message this many times at once.
pub async fn poll_copies(world: &World, id: EditId, attempt: u32, copies: usize) {
    send(
        &world.place,
        Queue::Poll,
        &vec![poll_body(world, id, attempt); copies],
    )
    .await;
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

/// The first poll message of an attempt.
pub fn poll_body(world: &World, id: EditId, attempt: u32) -> String {
    let message = PollMessage::V1 {
        tenant_id: world.tenant.id.clone(),
        event_id: world.event.id.clone(),
        edit_id: id,
        attempt,
        polls: 0,
        unfetched: None,
        hint: None,
    };
    serde_json::to_string(&message).unwrap()
}

/// Sends messages, of whatever content.
pub async fn send(place: &Place, queue: Queue, bodies: &[String]) {
    match place.in_process() {
        Some(memory) => memory.enqueue(&place.cloud, queue, bodies),
        None => {
            let described = &place.stack().described;
            let url = match queue {
                Queue::Submit => &described.submit_queue_url,
                Queue::Poll => &described.poll_queue_url,
                Queue::Uploads => panic!("no test can send to Lambda's own queue"),
            };
            place.stack().send_messages(url, bodies).await;
        }
    }
}

impl Place {
    /// Handles the messages that are due at this moment, and those that they cause at the same moment. Only in memory:
    /// what a test asserts next, it asserts after the fact and not after a while.
    pub async fn handle_due_messages(&self) {
        self.memory().handle_due(&self.cloud).await;
    }

    /// Handles every message, however late it is due. On the stack the workers do so in their own time, and nobody can
    /// tell which of the waiting messages are this test's: there is nothing to wait for.
    pub async fn handle_all_messages(&self) {
        if let Some(memory) = self.in_process() {
            memory.handle_all(&self.cloud).await;
        }
    }

    /// Asserts that all messages wait in the standby queue. On the stack its worker may have taken them already.
    #[track_caller]
    pub fn assert_waiting_in_standby(&self) {
        if let Some(memory) = self.in_process() {
            assert_eq!(memory.waiting_in(), [self.standby_queue_name()]);
        }
    }
}
