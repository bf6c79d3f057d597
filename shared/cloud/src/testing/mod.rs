//! The twin in memory: [`Cloud`] without AWS, under the same store. Time stands still until the test moves it, randomness
//! follows from a seed, and calls fail where the test says so.

mod clock;
pub mod contract;
mod faults;
pub mod simulation;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use clock::Clock;
pub use contract::table_contract;
pub use faults::{Fault, Faults, Held, Rule};

pub use crate::event_bus::memory::{MemoryEvents, Published};
pub use crate::objects::memory::{MemoryObjects, Object, UrlError};
pub use crate::parameters::memory::MemoryParameters;
pub use crate::queues::memory::{MemoryQueues, Queue, Sent};
pub use crate::table::memory::MemoryTable;

use crate::calls::{Call, count_in_memory};
use crate::cloud::Backends;
use crate::context::Context;
use crate::event_bus::EventBus;
use crate::objects::Objects;
use crate::parameters::Parameters;
use crate::queues::Queues;
use crate::table::Table;
use crate::{Cloud, Config, PortError};

/// Locks what a test may have panicked over.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The test's hand on a [`Cloud`] in memory. A clone is the same world.
#[derive(Clone)]
pub struct Memory {
    pub clock: Clock,
    pub faults: Faults,
    pub table: MemoryTable,
    pub objects: MemoryObjects,
    pub queues: MemoryQueues,
    pub parameters: MemoryParameters,
    pub events: MemoryEvents,
    world: Arc<World>,
}

/// What a world in memory begins with.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub seed: u64,
    /// How old settings (two seconds at most), styles and keys may get. By default they are never kept, so that a test sees what it has just
    /// changed; 20 s is what the functions on AWS have.
    pub max_age: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            max_age: Duration::ZERO,
        }
    }
}

impl Cloud {
    /// A world of its own, empty.
    pub fn in_memory() -> (Self, Memory) {
        Self::in_memory_with(Options::default())
    }

    pub fn in_memory_with(options: Options) -> (Self, Memory) {
        let world = Arc::new(World {
            clock: Clock::default(),
            faults: Faults::default(),
            random: Mutex::new(fastrand::Rng::with_seed(options.seed)),
            latency: Mutex::default(),
            operations: Mutex::default(),
            items_read: AtomicUsize::default(),
            invalid: Mutex::default(),
        });
        let memory = Memory {
            clock: world.clock.clone(),
            faults: world.faults.clone(),
            table: MemoryTable::new(Arc::clone(&world)),
            objects: MemoryObjects::new(Arc::clone(&world)),
            queues: MemoryQueues::new(Arc::clone(&world)),
            parameters: MemoryParameters::new(Arc::clone(&world)),
            events: MemoryEvents::new(Arc::clone(&world)),
            world,
        };
        (memory.cloud(options.max_age), memory)
    }
}

impl Memory {
    /// Another execution environment in the same world: the same table and queues, its own caches.
    pub fn cloud(&self, max_age: Duration) -> Cloud {
        let config = Config {
            table: "memory".to_owned(),
            bucket: "memory".to_owned(),
            settings_path: "/magic-edits/memory/settings".to_owned(),
            secrets_path: "/magic-edits/memory/secrets".to_owned(),
            defaults: domain::Settings::default(),
            max_age,
            submit_queue_url: "memory://queues/submit".to_owned(),
            poll_queue_url: "memory://queues/poll".to_owned(),
            event_bus: "memory".to_owned(),
            site_url: Some("https://site.in-memory.test".to_owned()),
        };
        let backends = Backends {
            context: Context::Memory(Arc::clone(&self.world)),
            table: Table::Memory(self.table.clone()),
            objects: Objects::Memory(self.objects.clone()),
            queues: Queues::Memory(self.queues.clone()),
            parameters: Parameters::Memory(self.parameters.clone()),
            event_bus: EventBus::Memory(self.events.clone()),
        };
        Cloud::on(config, backends)
    }

    /// The next calls of this kind fail, and nothing is carried out.
    pub fn fail(&self, call: Call, times: usize) {
        self.faults.add(Rule::new(call, Fault::Refused).times(times));
    }

    /// The next calls of this kind are carried out, and fail all the same.
    pub fn lose_answers(&self, call: Call, times: usize) {
        self.faults.add(Rule::new(call, Fault::LostAnswer).times(times));
    }

    /// From now on a call takes this long before it is carried out. At the beginning a call takes no time.
    pub fn calls_take(&self, latency: impl Fn(Call) -> Duration + Send + Sync + 'static) {
        *lock(&self.world.latency) = Some(Arc::new(latency));
    }

    /// Runs a future to its end in time that jumps from one wait to the next, the clock with it.
    ///
    /// # Panics
    /// The future waits for something else than the product or [`simulation::wait`] waits for.
    pub fn simulate<F: Future>(&self, future: F) -> F::Output {
        simulation::run(&self.clock, future)
    }

    /// What was called, in order, what failed included.
    pub fn operations(&self) -> Vec<Operation> {
        lock(&self.world.operations).clone()
    }

    /// Call, such as `dynamodb.GetItem` → how often it was made since the operations were last forgotten.
    pub fn calls(&self) -> BTreeMap<&'static str, usize> {
        let mut calls = BTreeMap::new();
        for operation in lock(&self.world.operations).iter() {
            *calls.entry(operation.call.name()).or_default() += 1;
        }
        calls
    }

    /// How many items of the table were read since the operations were last forgotten; looking for one that is missing
    /// counts too.
    pub fn items_read(&self) -> usize {
        self.world.items_read.load(Ordering::Relaxed)
    }

    /// Begins to count anew.
    pub fn forget_operations(&self) {
        self.world.items_read.store(0, Ordering::Relaxed);
        lock(&self.world.operations).clear();
    }

    /// Requests that AWS would refuse however often they are sent, and why: each is a fault of the code, or of the twin.
    pub fn invalid_requests(&self) -> Vec<String> {
        lock(&self.world.invalid).clone()
    }
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub call: Call,
    /// What it was about: keys as `pk/sk` with a space between them, the name of an object, queue, parameter or event.
    pub about: String,
}

/// How long a call takes.
type Latency = dyn Fn(Call) -> Duration + Send + Sync;

/// What the twins of all services share.
pub(crate) struct World {
    pub(crate) clock: Clock,
    faults: Faults,
    random: Mutex<fastrand::Rng>,
    latency: Mutex<Option<Arc<Latency>>>,
    operations: Mutex<Vec<Operation>>,
    items_read: AtomicUsize,
    invalid: Mutex<Vec<String>>,
}

impl World {
    pub(crate) fn count_items(&self, read: usize) {
        self.items_read.fetch_add(read, Ordering::Relaxed);
    }

    pub(crate) fn random(&self) -> u128 {
        lock(&self.random).u128(..)
    }

    /// Carries out a call, unless a fault is meant for it.
    pub(crate) async fn perform<T, E: From<PortError>>(
        &self,
        call: Call,
        about: String,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let busy = || Err(call.failed().into());
        self.perform_or_busy(call, about, busy, async { work() }).await
    }

    /// The same for a call that has a way of its own to say that the service is busy.
    pub(crate) async fn perform_or_busy<T, E: From<PortError>>(
        &self,
        call: Call,
        about: String,
        busy: impl FnOnce() -> Result<T, E>,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        count_in_memory(call);
        let fault = self.faults.meet(call, &about);
        lock(&self.operations).push(Operation { call, about });
        // Every call is a chance for others to go first, as on a network.
        let latency = lock(&self.latency).clone();
        match latency {
            Some(latency) => crate::time::sleep(latency(call)).await,
            None => tokio::task::yield_now().await,
        }
        match fault {
            None => work.await,
            Some(faults::Met::Hold(gate)) => {
                gate.pass().await;
                work.await
            }
            Some(faults::Met::Fault(Fault::Refused)) => Err(call.failed().into()),
            Some(faults::Met::Fault(Fault::Busy)) => busy(),
            Some(faults::Met::Fault(Fault::LostAnswer)) => {
                work.await?;
                Err(call.failed().into())
            }
        }
    }

    /// The error for a request that AWS would refuse however often it is sent.
    pub(crate) fn invalid(&self, call: Call, why: &str) -> PortError {
        tracing::error!(%call, why, "invalid request");
        lock(&self.invalid).push(format!("{call}: {why}"));
        call.failed()
    }
}
