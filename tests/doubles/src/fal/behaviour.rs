//! How a request goes, as a test wants it.

use serde_json::{Value, json};

pub use crate::fault::{CannedAnswer, Fault, Faults};
pub use crate::picture::Output;
use crate::webhook::Webhook;

/// How one request goes, from the submit to the output. The default: accepted, in the queue at the first question for
/// its status and in progress at the second, then a recoloured version of the photo for one unit, billed 0.04 USD.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// What goes wrong with the submit.
    pub submit: Faults,
    /// What goes wrong with questions for the status, one by one.
    pub status: Faults,
    /// What goes wrong with questions for the result, one by one.
    pub result: Faults,
    /// How many times the request is still `IN_QUEUE` when asked for.
    pub in_queue: u32,
    /// How many times it is `IN_PROGRESS` after that.
    pub in_progress: u32,
    /// It is there no longer when it is asked for.
    pub forgotten: bool,
    /// How it ends.
    pub ending: Ending,
    /// What the output is.
    pub output: Output,
    /// `x-fal-billable-units` of the result, as it is written; `None` leaves it out.
    pub units: Option<String>,
    /// What is really billed, in micro-USD, once the request is accepted and ends in success.
    pub billed_micro_usd: i64,
    /// `has_nsfw_concepts` in the result.
    pub nsfw: bool,
    /// The request takes its time, whatever it is asked, and calls back.
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
            nsfw: false,
            webhook: None,
        }
    }
}

impl Behaviour {
    /// The default, with this in place of a clean submit.
    pub fn submit(faults: impl Into<Faults>) -> Self {
        Self {
            submit: faults.into(),
            ..Self::default()
        }
    }

    /// The default, with this in place of clean answers about the status.
    pub fn status(faults: impl Into<Faults>) -> Self {
        Self {
            status: faults.into(),
            ..Self::default()
        }
    }

    /// The default, with this in place of clean answers about the result.
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

    /// The default, finished when it is first asked for.
    pub fn at_once() -> Self {
        Self {
            in_queue: 0,
            in_progress: 0,
            ..Self::default()
        }
    }

    /// Finished when it is first asked for.
    #[must_use]
    pub fn ready(self) -> Self {
        Self {
            in_queue: 0,
            in_progress: 0,
            ..self
        }
    }
}

/// How a request ends.
#[derive(Debug, Clone)]
pub enum Ending {
    /// With an output.
    Success,
    /// Without one: what the result's address answers.
    Error {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Value,
    },
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
