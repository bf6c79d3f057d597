//! The behaviour of a request, as a test sets it.

use serde_json::{Value, json};

pub use crate::fault::{CannedAnswer, Fault, Faults};
pub use crate::picture::Output;
use crate::webhook::Webhook;

/// The behaviour of one request, from the submit to the output. The default: accepted, in the queue at the first status
/// request and in progress at the second, then a recoloured version of the photo for one unit, billed 0.04 USD.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// Faults of the submit.
    pub submit: Faults,
    /// Faults of status requests, one by one.
    pub status: Faults,
    /// Faults of result requests, one by one.
    pub result: Faults,
    /// Status requests that are answered with `IN_QUEUE`.
    pub in_queue: u32,
    /// Status requests after those that are answered with `IN_PROGRESS`.
    pub in_progress: u32,
    /// The request is gone when the client asks for it.
    pub forgotten: bool,
    pub ending: Ending,
    pub output: Output,
    /// `x-fal-billable-units` of the result, as it is written; `None` leaves it out.
    pub units: Option<String>,
    /// The real bill in micro-USD of an accepted request that succeeds, or fails and is charged all the same.
    pub billed_micro_usd: i64,
    /// A request that fails is billed all the same, and its answer says so.
    pub charges_failure: bool,
    /// `has_nsfw_concepts` in the result.
    pub nsfw: bool,
    /// The request takes this long, however often the client asks, and calls its webhook.
    pub webhook: Option<Webhook>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            submit: Faults::none(),
            status: Faults::none(),
            result: Faults::none(),
            in_queue: 1,
            in_progress: 1,
            forgotten: false,
            ending: Ending::Success,
            output: Output::Recoloured,
            units: Some("1".to_owned()),
            billed_micro_usd: 40_000,
            charges_failure: false,
            nsfw: false,
            webhook: None,
        }
    }
}

impl Behaviour {
    /// The default, with this fault at the submit.
    pub fn submit(faults: impl Into<Faults>) -> Self {
        Self {
            submit: faults.into(),
            ..Self::default()
        }
    }

    /// The default, with this fault at status requests.
    pub fn status(faults: impl Into<Faults>) -> Self {
        Self {
            status: faults.into(),
            ..Self::default()
        }
    }

    /// The default, with this fault at result requests.
    pub fn result(faults: impl Into<Faults>) -> Self {
        Self {
            result: faults.into(),
            ..Self::default()
        }
    }

    /// The default, ending in a model's error of this type.
    pub fn failing(status: u16, kind: &str) -> Self {
        Self {
            ending: Ending::Error {
                status,
                body: model_error(kind),
            },
            ..Self::default()
        }
    }

    /// The default, ending in an error of the platform of this type.
    pub fn broken(status: u16, kind: &str) -> Self {
        let body =
            json!({ "detail": format!("the double was told to fail with {kind}"), "error_type": kind });
        Self {
            ending: Ending::Error { status, body },
            ..Self::default()
        }
    }

    /// The default, with this output.
    pub fn output(output: Output) -> Self {
        Self {
            output,
            ..Self::default()
        }
    }

    /// The default, finished at the first status request.
    pub fn at_once() -> Self {
        Self {
            in_queue: 0,
            in_progress: 0,
            ..Self::default()
        }
    }

    /// Finished at the first status request.
    #[must_use]
    pub fn ready(self) -> Self {
        Self {
            in_queue: 0,
            in_progress: 0,
            ..self
        }
    }
}

/// The ending of a request.
#[derive(Debug, Clone)]
pub enum Ending {
    /// With an output.
    Success,
    /// Without one: the answer of the result's address.
    Error { status: u16, body: Value },
}

fn model_error(kind: &str) -> Value {
    json!({ "detail": [{
        "loc": ["body"],
        "msg": format!("the double was told to fail with {kind}"),
        "type": kind,
        "url": format!("https://docs.fal.ai/errors/#{kind}"),
    }]})
}

impl Fault {
    /// A refusal with this text, as the platform writes it.
    pub fn detail(status: u16, text: &str) -> Self {
        Self::json(status, &json!({ "detail": text }))
    }

    /// A model's error of this type.
    pub fn model(status: u16, kind: &str) -> Self {
        Self::json(status, &model_error(kind))
    }

    /// 429 with `Retry-After`.
    pub fn queue_full(retry_after_seconds: u64) -> Self {
        match Self::detail(429, "Queue is full") {
            Self::Answer(mut answer) => {
                let header = ("retry-after", retry_after_seconds.to_string());
                answer.headers.push(header);
                Self::Answer(answer)
            }
            other => other,
        }
    }
}
