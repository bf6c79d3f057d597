//! The twin of the queues.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use super::{MAX_BATCH, MAX_DELAY, Message};
use crate::PortError;
use crate::calls::Call;
use crate::testing::{World, lock};

/// Longest message body, in bytes.
const MAX_BODY: usize = 1_024 * 1_024;
/// Longest visibility timeout.
const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 60 * 60);

/// A queue, by the last part of its URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Queue {
    Submit,
    Poll,
    Named(String),
}

impl Queue {
    fn of(url: &str) -> Self {
        match url.rsplit('/').next().unwrap_or(url) {
            "submit" => Self::Submit,
            "poll" => Self::Poll,
            name => Self::Named(name.to_owned()),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Submit => "submit",
            Self::Poll => "poll",
            Self::Named(name) => name,
        }
    }
}

/// A message in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub queue: Queue,
    pub body: String,
    /// The delay it was sent with, or the visibility timeout it was postponed with.
    pub delay: Duration,
    /// Message group: the tenant.
    pub group: String,
    /// When it can be received.
    pub visible_at: Timestamp,
    /// How often it has been received, this time included.
    pub receives: u32,
    pub receipt_handle: String,
}

/// The queues of a world in memory. A message that was taken is gone, unless its visibility timeout is changed: then it
/// is back in its queue.
#[derive(Clone)]
pub struct MemoryQueues {
    world: Arc<World>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Sent>,
    received: HashMap<String, Sent>,
    next_receipt: u64,
}

impl MemoryQueues {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self {
            world,
            state: Arc::default(),
        }
    }

    /// Receives every message, those included whose delay is not over, in the order in which they were sent.
    pub fn take(&self) -> Vec<Sent> {
        self.take_if(|_| true)
    }

    /// Receives the messages whose delay is over by the clock.
    pub fn take_due(&self) -> Vec<Sent> {
        let now = self.world.clock.now();
        self.take_if(|message| message.visible_at <= now)
    }

    /// The messages that wait in any queue, in the order in which they were sent. They stay.
    pub fn waiting(&self) -> Vec<Sent> {
        lock(&self.state).waiting.clone()
    }

    fn take_if(&self, wanted: impl Fn(&Sent) -> bool) -> Vec<Sent> {
        let mut state = lock(&self.state);
        let (mut taken, waiting): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.waiting).into_iter().partition(wanted);
        state.waiting = waiting;
        for message in &mut taken {
            state.next_receipt += 1;
            message.receipt_handle = format!("receipt-{}", state.next_receipt);
            message.receives += 1;
            state
                .received
                .insert(message.receipt_handle.clone(), message.clone());
        }
        taken
    }

    fn enqueue(&self, call: Call, url: &str, message: Message, delay: Duration) -> Result<(), PortError> {
        if message.body.is_empty() || message.body.len() > MAX_BODY {
            return Err(self.world.invalid(call, "the body is empty or too long"));
        }
        if delay > MAX_DELAY {
            return Err(self.world.invalid(call, "the delay is longer than 900 s"));
        }
        lock(&self.state).waiting.push(Sent {
            queue: Queue::of(url),
            body: message.body,
            delay,
            group: message.group,
            visible_at: self.world.clock.now() + delay,
            receives: 0,
            receipt_handle: String::new(),
        });
        Ok(())
    }

    pub(super) async fn send(&self, url: &str, message: Message, delay: Duration) -> Result<(), PortError> {
        let call = Call::SendMessage;
        let send = || self.enqueue(call, url, message, delay);
        self.world
            .perform(call, Queue::of(url).name().to_owned(), send)
            .await
    }

    pub(super) async fn send_batch(&self, url: &str, messages: Vec<Message>) -> Result<usize, PortError> {
        let call = Call::SendMessageBatch;
        let count = messages.len();
        let send = async {
            if count == 0 || count > MAX_BATCH {
                return Err(self.world.invalid(call, "not between 1 and 10 messages"));
            }
            for message in messages {
                self.enqueue(call, url, message, Duration::ZERO)?;
            }
            Ok(count)
        };
        let about = Queue::of(url).name().to_owned();
        self.world.perform_or_busy(call, about, || Ok(0), send).await
    }

    pub(super) async fn change_visibility(
        &self,
        url: &str,
        receipt_handle: &str,
        timeout: Duration,
    ) -> Result<(), PortError> {
        let call = Call::ChangeMessageVisibility;
        let change = || {
            if timeout > MAX_VISIBILITY {
                return Err(self.world.invalid(call, "the timeout is longer than 12 h"));
            }
            let mut state = lock(&self.state);
            let Some(mut message) = state.received.remove(receipt_handle) else {
                return Err(self.world.invalid(call, "the receipt handle is unknown"));
            };
            message.delay = timeout;
            message.visible_at = self.world.clock.now() + timeout;
            state.waiting.push(message);
            Ok(())
        };
        self.world
            .perform(call, Queue::of(url).name().to_owned(), change)
            .await
    }
}
