//! The behaviour of a task, as a test sets it.

use serde_json::{Value, json};

pub use crate::fault::{CannedAnswer, Fault, Faults};
pub use crate::picture::Output;
use crate::webhook::Webhook;

/// The behaviour of one task, from the submit to the output. The default: accepted, `processing` at the first poll, then a
/// recoloured version of the photo for 0.039 USD.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// Faults of `imageInference`, by call.
    pub submit: Faults,
    /// Faults of `getResponse`, by call.
    pub poll: Faults,
    /// Faults of `getTaskDetails`, by call.
    pub lookup: Faults,
    /// The answer to the submit holds the result.
    pub sync: bool,
    /// Polls that are answered with `processing`.
    pub processing: u32,
    /// Only the archive knows the finished task; `getResponse` answers with empty data.
    pub archived: bool,
    pub ending: Ending,
    pub output: Output,
    /// `cost` in the result, as it is written; `None` leaves it out.
    pub cost: Option<Value>,
    /// The real bill in micro-USD of an accepted task that succeeds, or fails and is charged all the same.
    pub billed_micro_usd: i64,
    /// A task that fails is billed all the same, and its error says so.
    pub charges_failure: bool,
    /// `NSFWContent` in the result.
    pub nsfw: bool,
    /// `seed` in the result, as it is written.
    pub seed: Value,
    /// The task takes this long, however often the client asks, and calls its webhook.
    pub webhook: Option<Webhook>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            submit: Faults::none(),
            poll: Faults::none(),
            lookup: Faults::none(),
            sync: false,
            processing: 1,
            archived: false,
            ending: Ending::Success,
            output: Output::Recoloured,
            cost: Some(json!(0.039)),
            billed_micro_usd: 39_000,
            charges_failure: false,
            nsfw: false,
            seed: json!(18_446_744_073_709_551_557_u64),
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

    /// The default, with this fault at polls.
    pub fn poll(faults: impl Into<Faults>) -> Self {
        Self {
            poll: faults.into(),
            ..Self::default()
        }
    }

    /// The default, with this fault at look-ups.
    pub fn lookup(faults: impl Into<Faults>) -> Self {
        Self {
            lookup: faults.into(),
            ..Self::default()
        }
    }

    /// The default, ending in this error.
    pub fn failing(code: &str, shape: ErrorShape) -> Self {
        let message = format!("the double was told to fail with {code}");
        Self {
            ending: Ending::Error {
                code: code.to_owned(),
                message,
                shape,
            },
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

    /// Polls that are answered with `processing`.
    #[must_use]
    pub fn processing(self, times: u32) -> Self {
        Self {
            processing: times,
            ..self
        }
    }
}

/// The ending of a task.
#[derive(Debug, Clone)]
pub enum Ending {
    /// With an output.
    Success,
    /// Without one.
    Error {
        code: String,
        message: String,
        shape: ErrorShape,
    },
}

/// The shapes of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorShape {
    /// `{"errors": [{code, message, taskUUID}]}`
    Errors,
    /// `{"data": [{taskUUID, status: "error", error: {code, message}}]}`
    Item,
    /// `{"data": [{taskUUID, status: "error", code, message}]}`
    Flat,
    /// `{"error": {code, message}, "taskUUID"}`
    Bare,
}

impl Fault {
    /// An error of the usual shape that names the task.
    pub fn error(status: u16, code: &str) -> Self {
        let message = format!("the double was told to answer {code}");
        Self::json(
            status,
            &json!({ "errors": [{ "code": code, "message": message, "taskUUID": "{task}" }] }),
        )
    }

    /// An error of the usual shape that names no task.
    pub fn error_without_task(status: u16, code: &str) -> Self {
        let message = format!("the double was told to answer {code}");
        Self::json(
            status,
            &json!({ "errors": [{ "code": code, "message": message }] }),
        )
    }

    /// 429 with `Retry-After`.
    pub fn rate_limited(retry_after_seconds: u64) -> Self {
        match Self::error_without_task(429, "rateLimitExceeded") {
            Self::Answer(mut answer) => {
                answer
                    .headers
                    .push(("retry-after", retry_after_seconds.to_string()));
                Self::Answer(answer)
            }
            other => other,
        }
    }

    /// `{"data": []}`
    pub fn empty_data() -> Self {
        Self::json(200, &json!({ "data": [] }))
    }

    /// A finished result of another task.
    pub fn another_tasks_result() -> Self {
        Self::json(
            200,
            &json!({ "data": [{
                "taskType": "imageInference",
                "taskUUID": "00000000-0000-4000-8000-000000000001",
                "status": "success",
                "imageURL": "https://im.runware.ai/image/somebody-else.jpg",
                "cost": 9.99,
            }]}),
        )
    }

    /// The task with a status of this name.
    pub fn status(status: &str) -> Self {
        Self::json(
            200,
            &json!({ "data": [{ "taskType": "imageInference", "taskUUID": "{task}", "status": status }] }),
        )
    }
}
