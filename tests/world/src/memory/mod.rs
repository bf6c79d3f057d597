//! A place in this process: the twin of AWS under the product's context, calls answered by `api`, messages and
//! invocations by `workers`. Time is the twin's clock, so a delay of minutes costs nothing.

mod mailbox;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use cloud::testing::{Fault, Memory, Options, Rule};
use cloud::{Call as AwsCall, Cloud};
use jiff::SignedDuration;
use serde_json::{Value, json};
use workers::CallError;
use workflow::ProviderKit;

use crate::Reply;
use crate::queue::Queue;
use crate::settings::Lock;
use crate::table::Item;
use crate::transport::{Call, Credential};
use mailbox::Mailbox;

/// Signs the addresses that providers call.
const WEBHOOK_KEY: &str = "webhook-key-of-a-place-in-memory";
/// A queue of this name does not exist.
const NO_QUEUE: &str = "no-such-queue";
/// Lambda's time for an invocation, as template.yaml gives it to the functions that are invoked.
const INVOCATION: SignedDuration = SignedDuration::from_mins(5);

/// The clock moves by this much with every call and message, so that ids and times keep their order.
const WORK: SignedDuration = SignedDuration::from_millis(1);

/// What only a place in memory has.
pub struct InMemory {
    /// The twin: its clock, faults on purpose, and everything that was stored or sent.
    pub twin: Memory,
    pub(crate) settings: Lock,
    kit: ProviderKit,
    mailbox: Mutex<Mailbox>,
    /// One message at a time, unless a test asks for more.
    handling: tokio::sync::Mutex<()>,
}

impl InMemory {
    pub(crate) fn new() -> (Cloud, Self) {
        let (cloud, twin) = Cloud::in_memory_with(Options {
            seed: seed(),
            ..Options::default()
        });
        for call in [AwsCall::SendMessage, AwsCall::SendMessageBatch] {
            let refused = Rule::new(call, Fault::Refused).about(NO_QUEUE);
            twin.faults.add(refused.times(10_000));
        }
        // As `make up` makes one.
        twin.parameters
            .set_secret("/magic-edits/memory/secrets/webhook_key", WEBHOOK_KEY);
        let memory = Self {
            twin,
            settings: Lock::default(),
            kit: ProviderKit::new().unwrap(),
            mailbox: Mutex::default(),
            handling: tokio::sync::Mutex::default(),
        };
        (cloud, memory)
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        self.twin.clock.advance(time);
    }

    pub(crate) async fn answer(&self, cloud: &Cloud, call: Call) -> Reply {
        self.pass(WORK);
        let headers: Vec<_> = call
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        let claims: Vec<_> = match &call.credential {
            Credential::Claims(claims) => claims.iter().map(|(name, value)| (&**name, &**value)).collect(),
            // No authorizer is here to check a token.
            Credential::None | Credential::Token(_) => Vec::new(),
        };
        let sent = api::testing::Call {
            method: call.method.as_str(),
            target: &call.path,
            headers: &headers,
            body: &call.body,
            claims: &claims,
        };
        let (parts, body) = sent.send(cloud).await.into_parts();
        Reply::new(parts.status.as_u16(), parts.headers, &body)
    }

    pub(crate) async fn invoke(
        &self,
        cloud: &Cloud,
        function: &str,
        payload: &Value,
    ) -> Result<Value, Value> {
        let stops_at = cloud.now() + INVOCATION;
        let answer = workers::invoke(cloud, &self.kit, function, payload.clone(), stops_at).await;
        answer.map_err(|error| match error {
            CallError::Invocation(error) => {
                let diagnostic = lambda_runtime::Diagnostic::from(error);
                json!({ "errorType": diagnostic.error_type, "errorMessage": diagnostic.error_message })
            }
            error => panic!("{error}"),
        })
    }

    /// The details of every event of this kind that was published, in order.
    pub fn published(&self, detail_type: &str) -> Vec<Value> {
        let events = self.twin.events.published().into_iter();
        let of_kind = events.filter(|event| event.detail_type == detail_type);
        of_kind.map(|event| event.detail).collect()
    }

    pub(crate) fn item(&self, pk: &str, sk: &str) -> Option<Item> {
        self.twin.table.item(pk, sk)
    }

    pub(crate) fn partition(&self, pk: &str) -> Vec<Item> {
        self.twin.table.partition(pk)
    }

    pub(crate) fn put_item(&self, item: Item) {
        self.twin.table.insert(item);
    }

    pub(crate) fn put_object(&self, key: &str, bytes: Vec<u8>, mime_type: &str) {
        self.twin.objects.insert(key, bytes, mime_type);
    }

    pub(crate) fn remove_object(&self, key: &str) {
        self.twin.objects.remove(key);
    }

    pub(crate) fn objects_below(&self, prefix: &str) -> BTreeSet<String> {
        let keys = self.twin.objects.keys();
        keys.into_iter().filter(|key| key.starts_with(prefix)).collect()
    }

    pub(crate) fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.twin.objects.object(key).map(|object| object.body.to_vec())
    }

    /// Fetches a presigned URL, which the twin checks as S3 does.
    pub(crate) fn download(&self, url: &str) -> Vec<u8> {
        let found = self.twin.objects.fetch(url);
        let object = found.unwrap_or_else(|error| panic!("{url}: {error:?}"));
        object.body.to_vec()
    }

    /// Uploads to a presigned URL, and returns the status.
    pub(crate) fn upload(&self, url: &str, mime_type: &str, bytes: Vec<u8>) -> u16 {
        match self.twin.objects.upload(url, mime_type, bytes) {
            Ok(()) => {
                self.announce(url);
                200
            }
            Err(_) => 403,
        }
    }

    /// Announces an upload, as the bucket does. The mailbox stands for Lambda's own queue, which tries again, too.
    fn announce(&self, url: &str) {
        let key = url
            .strip_prefix("memory://bucket/")
            .and_then(|rest| rest.split('?').next());
        let Some(key) = key.filter(|key| key.starts_with("uploads/")) else {
            return;
        };
        let event = json!({ "detail": { "object": { "key": key } } });
        let queue = Queue::Uploads;
        let now = self.twin.clock.now();
        self.collected().add(queue, queue.name(), event.to_string(), now);
    }
}

/// A test has ids of its own, in every run the same: the providers' doubles serve all tests, and know an edit by its id.
fn seed() -> u64 {
    let mut hasher = DefaultHasher::new();
    std::thread::current().name().hash(&mut hasher);
    hasher.finish()
}

/// How messages are handled.
impl InMemory {
    /// How many messages were handled so far.
    pub(crate) fn handled(&self) -> u64 {
        self.mailbox.lock().unwrap().handled
    }

    /// Handles the next message, and moves the clock to its time. Does nothing where a message was handled since the
    /// caller looked. False where no message is left.
    pub(crate) async fn step(&self, cloud: &Cloud, looked_at: u64) -> bool {
        let _one_at_a_time = self.handling.lock().await;
        if self.handled() != looked_at {
            return true;
        }
        let Some(message) = self.collected().next() else {
            return false;
        };
        let wait = message.due.duration_since(cloud.now());
        if wait.is_positive() {
            self.twin.clock.advance(wait);
        }
        self.pass(WORK);
        let is_done = self.hand_over(cloud, &message).await;
        self.mailbox.lock().unwrap().settle(message, is_done, cloud.now());
        true
    }

    /// Hands a message to its function; false where that has not finished it.
    async fn hand_over(&self, cloud: &Cloud, message: &mailbox::Message) -> bool {
        let (function, body) = (message.queue.worker(), &message.body);
        match message.queue {
            Queue::Submit | Queue::Poll => workers::deliver(cloud, &self.kit, function, body).await.is_ok(),
            Queue::Uploads => {
                let event = serde_json::from_str(body).unwrap();
                self.invoke(cloud, function, &event).await.is_ok()
            }
        }
    }

    pub(crate) async fn handle_due(&self, cloud: &Cloud) {
        while self.collected().is_due(cloud.now()) {
            self.step(cloud, self.handled()).await;
        }
    }

    /// Handles every message, those that come of it included.
    pub async fn handle_all(&self, cloud: &Cloud) {
        let first = self.handled();
        while self.step(cloud, self.handled()).await {
            assert!(self.handled() - first < 3_000, "messages never end");
        }
    }

    /// Puts messages into a queue past the product.
    pub(crate) fn enqueue(&self, cloud: &Cloud, queue: Queue, bodies: &[String]) {
        let mut mailbox = self.collected();
        for body in bodies {
            mailbox.add(queue, queue.name(), body.clone(), cloud.now());
        }
    }

    /// The names of the queues in which messages wait.
    pub fn waiting_in(&self) -> Vec<String> {
        self.collected().names()
    }

    /// The messages of a queue that nobody has handled yet.
    pub fn messages(&self, queue: Queue) -> Vec<String> {
        self.collected().bodies(queue)
    }

    /// The messages of a queue that a worker gave up on.
    pub fn dead_letters(&self, queue: Queue) -> Vec<String> {
        self.collected().dead_letters(queue)
    }

    /// Loses every message of a queue.
    pub fn lose_messages(&self, queue: Queue) {
        self.collected().lose(queue);
    }

    /// Handles every message of a queue that is due, all at the same time.
    pub async fn handle_at_once(&self, cloud: &Cloud, queue: Queue) {
        let messages = self.collected().take_due(queue, cloud.now());
        let delivered = messages.iter().map(|message| self.hand_over(cloud, message));
        let outcomes = futures::future::join_all(delivered).await;
        let mut mailbox = self.mailbox.lock().unwrap();
        for (message, is_done) in messages.into_iter().zip(outcomes) {
            mailbox.settle(message, is_done, cloud.now());
        }
    }

    /// The mailbox with everything that the product sent up to now.
    fn collected(&self) -> std::sync::MutexGuard<'_, Mailbox> {
        let mut mailbox = self.mailbox.lock().unwrap();
        mailbox.collect(self.twin.queues.take());
        mailbox
    }
}
