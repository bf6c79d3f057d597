//! A fal queue on loopback, with its webhooks and their keys.
//!
//! fal names its requests itself, so a test sets their behaviour by words in the prompt:
//!
//! ```no_run
//! # async fn example() {
//! use doubles::fal::{Behaviour, Fault, Server};
//!
//! let server = Server::start(Behaviour::default()).await;
//! server.when_prompt("paper moon", [Behaviour::submit(Fault::ResetAfter), Behaviour::default()]);
//! // … point `fal_base_url` at `server.base_url()`, the key at `API_KEY` …
//! assert_eq!(server.with_prompt("paper moon").len(), 1);
//! # }
//! ```

mod behaviour;
mod protocol;
mod rules;
mod signature;
mod state;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

use crate::host::Host;
use state::{Choice, State};

pub use crate::webhook::Webhook;
pub use behaviour::{Behaviour, CannedAnswer, Ending, Fault, Faults, Output};
pub use signature::Signer;
pub use state::{Counts, RequestRecord};

/// The only key that the double accepts.
pub const API_KEY: &str = "key-id:of-the-fal-double";

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
    /// Starts on a free port of 127.0.0.1; every request without a behaviour of its own behaves like `behaviour`.
    #[allow(
        clippy::unused_async,
        reason = "reads like the thing it stands for; the work is done on its own thread"
    )]
    pub async fn start(behaviour: Behaviour) -> Self {
        Self::start_blocking(0, behaviour)
    }

    /// Starts on this port of 127.0.0.1 (0: a free one), from a test that is not asynchronous.
    pub fn start_blocking(port: u16, behaviour: Behaviour) -> Self {
        let state = Arc::new(Mutex::new(State::new(behaviour)));
        let mut shared = None;
        let host = Host::start(port, "fal-double", |address| {
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

    /// The value for `fal_base_url`.
    pub fn base_url(&self) -> String {
        format!("http://{}/queue", self.shared.address)
    }

    /// The value for `fal_jwks_url`.
    pub fn jwks_url(&self) -> String {
        format!("http://{}/.well-known/jwks.json", self.shared.address)
    }

    pub fn port(&self) -> u16 {
        self.host.address().port()
    }

    /// From now on every new request without a behaviour of its own behaves like this.
    pub fn otherwise(&self, behaviour: Behaviour) {
        self.shared.state().otherwise = behaviour;
    }

    /// From now on new requests with these words in their prompt behave like these in turn; the last one repeats.
    pub fn when_prompt(&self, words: &str, behaviours: impl IntoIterator<Item = Behaviour>) {
        let choice = Choice::new(behaviours);
        self.shared.state().by_words.push((words.to_owned(), choice));
    }

    /// From now on an existing request behaves like this.
    pub fn now(&self, request_id: &str, behaviour: Behaviour) {
        if let Some(request) = self.shared.state().requests.get_mut(request_id) {
            request.behaviour = behaviour;
        }
    }

    /// Counts of the calls by kind.
    pub fn counts(&self) -> Counts {
        self.shared.state().counts.clone()
    }

    /// Every submit that was neither refused nor unauthorised, in order.
    pub fn requests(&self) -> Vec<RequestRecord> {
        let state = self.shared.state();
        let known = state.order.iter().filter_map(|id| state.requests.get(id));
        known.map(|request| request.record.clone()).collect()
    }

    /// The requests with these words in their prompt.
    pub fn with_prompt(&self, words: &str) -> Vec<RequestRecord> {
        let mut requests = self.requests();
        requests.retain(|request| request.prompt.contains(words));
        requests
    }

    /// The bill of all requests in micro-USD.
    pub fn billed_micro_usd(&self) -> i64 {
        self.requests()
            .iter()
            .map(|request| request.billed_micro_usd)
            .sum()
    }

    /// Forgets requests and counts, but not the behaviours of prompts.
    pub fn reset(&self) {
        let mut state = self.shared.state();
        state.requests.clear();
        state.order.clear();
        state.counts = Counts::default();
    }

    /// The key that signs its webhooks.
    pub fn signer(&self) -> Signer {
        Signer::of_the_double()
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/output/{file}", get(protocol::output))
        .route("/.well-known/jwks.json", get(protocol::jwks))
        .fallback(protocol::answer)
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .with_state(shared)
}
