//! A Runware API on loopback.
//!
//! ```no_run
//! # async fn example() {
//! use doubles::runware::{Behaviour, ErrorShape, Fault, Server};
//!
//! let server = Server::start(Behaviour::default()).await;
//! server.when_model("google:4@1", Behaviour::failing("providerTimeout", ErrorShape::Item));
//! server.when_model_in_turn("bfl:3@1", [Behaviour::submit(Fault::ResetAfter), Behaviour::default()]);
//! // … point `runware_base_url` at `server.base_url()`, the key at `API_KEY` …
//! assert_eq!(server.tasks()[0].submits, 1);
//! # }
//! ```

mod behaviour;
mod protocol;
mod rules;
mod state;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use uuid::Uuid;

use crate::host::Host;
use state::{Choice, State};

pub use crate::webhook::Webhook;
pub use behaviour::{Behaviour, CannedAnswer, Ending, ErrorShape, Fault, Faults, Output};
pub use state::{Counts, TaskRecord};

/// The only key that the double accepts.
pub const API_KEY: &str = "key-of-the-runware-double";

/// The largest accepted request.
const LARGEST_REQUEST: usize = 32 * 1024 * 1024;

/// The state that the handlers share.
#[derive(Clone)]
struct Shared {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// A running double. It stops when it is dropped.
pub struct Server {
    shared: Shared,
    host: Host,
}

impl Server {
    /// Starts on a free port of 127.0.0.1; every task without a behaviour of its own behaves like `behaviour`.
    pub async fn start(behaviour: Behaviour) -> Self {
        Self::start_on(0, behaviour).await
    }

    /// Starts on this port of 127.0.0.1.
    #[allow(
        clippy::unused_async,
        reason = "reads like the thing it stands for; the work is done on its own thread"
    )]
    pub async fn start_on(port: u16, behaviour: Behaviour) -> Self {
        Self::start_blocking(port, behaviour)
    }

    /// Starts on this port of 127.0.0.1 (0: a free one), from a test that is not asynchronous.
    pub fn start_blocking(port: u16, behaviour: Behaviour) -> Self {
        let state = Arc::new(Mutex::new(State::new(behaviour)));
        let mut shared = None;
        let host = Host::start(port, "runware-double", |address| {
            router(shared.insert(Shared { state, address }).clone())
        });
        Self {
            shared: shared.expect("made with the router"),
            host,
        }
    }

    /// Stops it, with all connections; the port is free afterwards.
    #[allow(clippy::unused_async, reason = "the counterpart of `start`")]
    pub async fn stop(self) {
        drop(self);
    }

    /// The value for `runware_base_url`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.shared.address)
    }

    pub fn port(&self) -> u16 {
        self.host.address().port()
    }

    /// From now on every new task without a behaviour of its own behaves like this.
    pub fn otherwise(&self, behaviour: Behaviour) {
        self.shared.state().otherwise = behaviour;
    }

    /// From now on new tasks of this model behave like this.
    pub fn when_model(&self, model: &str, behaviour: Behaviour) {
        self.when_model_in_turn(model, [behaviour]);
    }

    /// From now on new tasks of this model behave like these in turn; the last one repeats.
    pub fn when_model_in_turn(&self, model: &str, behaviours: impl IntoIterator<Item = Behaviour>) {
        let behaviours: Vec<_> = behaviours.into_iter().collect();
        assert!(!behaviours.is_empty(), "at least one behaviour");
        self.shared
            .state()
            .by_model
            .insert(model.to_owned(), Choice { behaviours, next: 0 });
    }

    /// This task behaves like this, whatever its model.
    pub fn when_task(&self, task: Uuid, behaviour: Behaviour) {
        let mut state = self.shared.state();
        if let Some(known) = state.tasks.get_mut(&task) {
            known.behaviour = behaviour.clone();
        }
        state.by_task.insert(task, behaviour);
    }

    /// Counts of the calls by kind.
    pub fn counts(&self) -> Counts {
        self.shared.state().counts.clone()
    }

    /// The task, if it was ever submitted.
    pub fn task(&self, task: Uuid) -> Option<TaskRecord> {
        self.shared
            .state()
            .tasks
            .get(&task)
            .map(|task| task.record.clone())
    }

    /// Every submitted task, in order.
    pub fn tasks(&self) -> Vec<TaskRecord> {
        let state = self.shared.state();
        state
            .order
            .iter()
            .filter_map(|id| state.tasks.get(id))
            .map(|task| task.record.clone())
            .collect()
    }

    /// The bill of all tasks in micro-USD.
    pub fn billed_micro_usd(&self) -> i64 {
        self.tasks().iter().map(|task| task.billed_micro_usd).sum()
    }

    /// Forgets tasks and counts, but not the behaviours of models.
    pub fn reset(&self) {
        let mut state = self.shared.state();
        state.tasks.clear();
        state.order.clear();
        state.counts = Counts::default();
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/v1", post(protocol::answer))
        .route("/output/{file}", get(protocol::output))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .with_state(shared)
}
