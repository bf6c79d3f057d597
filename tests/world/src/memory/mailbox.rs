//! Messages between the twin's queues and the workers, by the time at which they are due.

use cloud::testing::Sent;
use jiff::{SignedDuration, Timestamp};

use crate::queue::Queue;

/// As `maxReceiveCount` in template.yaml.
const DELIVERIES: u32 = 5;
/// The delay of a second delivery; each further one doubles it.
const SECOND_DELIVERY: SignedDuration = SignedDuration::from_secs(20);

#[derive(Default)]
pub(super) struct Mailbox {
    waiting: Vec<Message>,
    dead: Vec<Message>,
    added: u64,
    pub(super) handled: u64,
}

pub(super) struct Message {
    pub(super) queue: Queue,
    /// The name of the queue, which a setting may change.
    name: String,
    pub(super) body: String,
    pub(super) due: Timestamp,
    /// Messages that are due at the same time go in the order in which they were sent.
    number: u64,
    deliveries: u32,
}

impl Mailbox {
    pub(super) fn collect(&mut self, sent: Vec<Sent>) {
        for sent in sent {
            let queue = match &sent.queue {
                cloud::testing::Queue::Poll => Queue::Poll,
                cloud::testing::Queue::Submit | cloud::testing::Queue::Named(_) => Queue::Submit,
            };
            self.add(queue, sent.queue.name(), sent.body, sent.visible_at);
        }
    }

    pub(super) fn add(&mut self, queue: Queue, name: &str, body: String, due: Timestamp) {
        self.added += 1;
        self.waiting.push(Message {
            queue,
            name: name.to_owned(),
            body,
            due,
            number: self.added,
            deliveries: 0,
        });
    }

    pub(super) fn next(&mut self) -> Option<Message> {
        let earliest = self.waiting.iter().enumerate();
        let (at, _) = earliest.min_by_key(|(_, message)| (message.due, message.number))?;
        Some(self.waiting.remove(at))
    }

    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.waiting.iter().any(|message| message.due <= now)
    }

    pub(super) fn take_due(&mut self, queue: Queue, now: Timestamp) -> Vec<Message> {
        let is_due = |message: &mut Message| message.queue == queue && message.due <= now;
        self.waiting.extract_if(.., is_due).collect()
    }

    /// A message that failed comes back later, and is a dead letter after its last delivery.
    pub(super) fn settle(&mut self, mut message: Message, is_done: bool, now: Timestamp) {
        self.handled += 1;
        if is_done {
            return;
        }
        message.deliveries += 1;
        if message.deliveries == DELIVERIES {
            self.dead.push(message);
        } else {
            message.due = now + SECOND_DELIVERY * 2_i32.pow(message.deliveries - 1);
            self.waiting.push(message);
        }
    }

    pub(super) fn bodies(&self, queue: Queue) -> Vec<String> {
        bodies(&self.waiting, queue)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.waiting.iter().map(|message| message.name.clone()).collect()
    }

    pub(super) fn dead_letters(&self, queue: Queue) -> Vec<String> {
        bodies(&self.dead, queue)
    }

    pub(super) fn lose(&mut self, queue: Queue) {
        self.waiting.retain(|message| message.queue != queue);
    }
}

fn bodies(messages: &[Message], queue: Queue) -> Vec<String> {
    let of_queue = messages.iter().filter(|message| message.queue == queue);
    of_queue.map(|message| message.body.clone()).collect()
}
