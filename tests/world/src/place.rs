//! The two kinds of place in which the product runs under test.

use std::sync::Arc;

use cloud::Cloud;
use domain::{EditId, ProviderName};
use jiff::{SignedDuration, Timestamp};

use crate::memory::InMemory;
use crate::{Stack, settings};

/// A place in which the product runs. A test is written once and takes the place it runs in.
#[derive(Clone)]
pub struct Place {
    /// The product's context. Reads settings and styles anew every time.
    pub cloud: Cloud,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    InMemory(Arc<InMemory>),
    Deployed(Arc<Stack>),
}

impl Place {
    /// A place of the test's own, in this process: the twin of AWS, the handlers of both packages, and a clock that
    /// moves only when the test or a delayed message moves it. It starts with the settings and styles of the tests.
    pub async fn in_memory() -> Self {
        let (cloud, memory) = InMemory::new();
        let place = Self {
            cloud,
            kind: Kind::InMemory(Arc::new(memory)),
        };
        for provider in ProviderName::ALL.iter().copied() {
            place
                .cloud
                .put_api_key(provider, settings::PLACEHOLDER)
                .await
                .unwrap();
        }
        settings::apply_defaults(&place).await;
        crate::styles::store(&place).await;
        place
    }

    /// The deployed local stack, which all tests share, with the styles of the tests.
    pub async fn deployed() -> Self {
        let place = Self::bare_stack().await;
        crate::styles::ensure(&place).await;
        place
    }

    /// The deployed local stack as it is.
    pub async fn bare_stack() -> Self {
        let stack = Stack::connect().await;
        Self {
            cloud: stack.cloud.clone(),
            kind: Kind::Deployed(Arc::new(stack)),
        }
    }

    pub fn is_deployed(&self) -> bool {
        self.deployed_stack().is_some()
    }

    /// The stack, for what only a stack has.
    #[track_caller]
    pub fn stack(&self) -> &Stack {
        self.deployed_stack().expect("this test needs the deployed stack")
    }

    pub fn deployed_stack(&self) -> Option<&Stack> {
        match &self.kind {
            Kind::InMemory(_) => None,
            Kind::Deployed(stack) => Some(stack),
        }
    }

    /// The memory, for what only a place in memory has.
    #[track_caller]
    pub fn memory(&self) -> &InMemory {
        self.in_process().expect("this test needs a place in memory")
    }

    pub fn in_process(&self) -> Option<&InMemory> {
        match &self.kind {
            Kind::InMemory(memory) => Some(memory),
            Kind::Deployed(_) => None,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.cloud.now()
    }

    /// Lets time pass: in memory at once, on the stack by waiting.
    pub async fn pass(&self, time: SignedDuration) {
        match self.in_process() {
            Some(memory) => memory.pass(time),
            None => tokio::time::sleep(time.unsigned_abs()).await,
        }
    }

    /// Lets time pass until this moment, if it has not come yet.
    pub async fn pass_until(&self, moment: Timestamp) {
        let left = moment.duration_since(self.now());
        if left.is_positive() {
            self.pass(left).await;
        }
    }

    /// Puts an object into the bucket, past every check of the product.
    pub async fn put_object(&self, key: &str, bytes: Vec<u8>, mime_type: &str) {
        match &self.kind {
            Kind::InMemory(memory) => memory.put_object(key, bytes, mime_type),
            Kind::Deployed(stack) => stack.put_object(key, bytes, mime_type).await,
        }
    }

    pub async fn remove_object(&self, key: &str) {
        match &self.kind {
            Kind::InMemory(memory) => memory.remove_object(key),
            Kind::Deployed(stack) => stack.remove_object(key).await,
        }
    }

    /// The keys of all objects with this prefix.
    pub async fn objects_below(&self, prefix: &str) -> std::collections::BTreeSet<String> {
        match &self.kind {
            Kind::InMemory(memory) => memory.objects_below(prefix),
            Kind::Deployed(stack) => stack.objects_below(prefix).await,
        }
    }

    /// An object of the bucket; `None` where there is none.
    pub async fn object(&self, key: &str) -> Option<Vec<u8>> {
        match &self.kind {
            Kind::InMemory(memory) => memory.object(key),
            Kind::Deployed(stack) => stack.object(key).await,
        }
    }
}

/// A name that nobody else has.
pub fn unique(place: &Place) -> String {
    EditId::new(place.now(), place.cloud.random())
        .ulid()
        .to_lowercase()
}

impl Place {
    /// The name of the queue that new edits go to.
    pub fn queue_name(&self) -> &str {
        match &self.kind {
            Kind::InMemory(_) => "none",
            Kind::Deployed(stack) => stack.described.submit_queue_url.rsplit('/').next().unwrap(),
        }
    }

    /// The name of the other queue with submit workers.
    pub fn standby_queue_name(&self) -> String {
        match &self.kind {
            Kind::InMemory(_) => "submit-standby".to_owned(),
            Kind::Deployed(_) => format!("{}-standby", self.queue_name()),
        }
    }

    /// Where providers reach the API. In memory nobody listens there: a test hands a webhook over itself.
    pub fn api_url(&self) -> &str {
        match &self.kind {
            Kind::InMemory(_) => "https://api.in-memory.test",
            Kind::Deployed(stack) => &stack.described.api_url,
        }
    }
}
