//! What an answer means. Reads every shape seen in the wild; see `tests/runware_answers/` for one of each.

use domain::{MicroUsd, TaskId};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{RawError, is_absence};
use crate::error::{ErrorClass, ProviderError};
use crate::exchange::Answer;
use crate::job::{Output, OutputImage, Progress, Submitted};

/// Reads the answer to `imageInference`.
pub(super) fn submitted(answer: &Answer, task: TaskId) -> Result<Submitted, ProviderError> {
    let Some(reading) = Reading::of(answer, task) else {
        return Err(unreadable(answer));
    };
    // The id is taken: an earlier submit of this very attempt arrived.
    if reading
        .errors
        .iter()
        .any(|error| error.class(answer.status) == ErrorClass::Conflict)
    {
        return Ok(acknowledged(task));
    }
    if let Some(Finding::Done(output)) = reading.result(answer.status) {
        return Ok(Submitted::Finished(output));
    }
    // An acknowledgement of our task outweighs an error that names none: what may be paid for is not sent again.
    let is_acknowledged = !reading.items.is_empty();
    if let Some(error) = reading.errors.iter().find(|error| error.ours || !is_acknowledged) {
        return Err(answer.with(ProviderError {
            acceptance: error.acceptance(answer.status),
            ..error.refusal(answer.status)
        }));
    }
    if is_acknowledged {
        return Ok(acknowledged(task));
    }
    if answer.is_success() {
        // `data` that is empty or about other tasks: no error for ours is what counts, but nobody has named ours.
        Ok(Submitted::Accepted { handle: None })
    } else {
        Err(unreadable(answer))
    }
}

/// Runware has the task, under the name that we gave it.
fn acknowledged(task: TaskId) -> Submitted {
    Submitted::Accepted {
        handle: Some(task.to_string()),
    }
}

/// Reads the answer to `getResponse` or `getTaskDetails`.
pub(super) fn progress(answer: &Answer, task: TaskId) -> Result<Progress, ProviderError> {
    let Some(reading) = Reading::of(answer, task) else {
        return Err(unreadable(answer));
    };
    let result = reading.result(answer.status);
    if let Some(Finding::Done(output)) = result {
        return Ok(Progress::Done(output));
    }
    // An error that names our task goes before one that names none.
    let error = reading
        .errors
        .iter()
        .find(|error| error.ours)
        .or(reading.errors.first());
    if let Some(error) = error {
        if is_absence(&error.code) {
            return Ok(Progress::Absent);
        }
        let refusal = answer.with(error.refusal(answer.status));
        return if is_verdict(error, refusal.class, answer.status) {
            Ok(Progress::Failed(refusal))
        } else {
            Err(refusal)
        };
    }
    if !answer.is_success() {
        return Err(unreadable(answer));
    }
    Ok(match result {
        Some(_) => Progress::Pending,
        None => Progress::Absent,
    })
}

/// Whether an error in the answer to a question is about the job and not about the question. A 401, 429 or 5xx is
/// about the question; moderation is about the job, whatever it comes with. Without a task in it, only what a mere
/// question cannot cause is about the job.
fn is_verdict(error: &RawError, class: ErrorClass, status: u16) -> bool {
    let about_question = matches!(status, 401 | 402 | 403 | 408 | 429 | 500..);
    match class {
        ErrorClass::Safety => true,
        // An archived second submit: the first one was accepted.
        ErrorClass::Conflict => false,
        ErrorClass::Provider => !about_question,
        _ => !about_question && error.ours,
    }
}

/// An answer without a word on our task that could be read.
fn unreadable(answer: &Answer) -> ProviderError {
    answer.unreadable(super::error::classify("", Some(answer.status)))
}

/// The meaning of an item for our task.
enum Finding {
    /// Finished, with a usable picture or without one.
    Done(Output),
    Pending,
}

/// The parts of an answer about our task.
struct Reading {
    items: Vec<Map<String, Value>>,
    errors: Vec<RawError>,
}

/// The owner of an item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Ours,
    Nobody,
    Another,
}

impl Reading {
    /// `None` where the answer is none of the API's.
    fn of(answer: &Answer, task: TaskId) -> Option<Self> {
        let body = answer.body.as_ref()?;
        let Value::Object(envelope) = serde_json::from_slice(body).ok()? else {
            return None;
        };
        let mut reading = Self {
            items: Vec::new(),
            errors: Vec::new(),
        };
        reading.envelope(envelope, task, Owner::Nobody).then_some(reading)
    }

    /// Takes in an envelope: `data` and `errors`, either or both, or a bare error. What names no task in it belongs to
    /// `whose`.
    fn envelope(&mut self, mut envelope: Map<String, Value>, task: TaskId, whose: Owner) -> bool {
        let data = envelope.remove("data");
        let errors = envelope.remove("errors");
        let owner_of_bare = owner(&envelope, task, whose);
        let bare = RawError::of_item(&envelope, owner_of_bare == Owner::Ours);
        let is_envelope = data.is_some() || errors.is_some() || bare.is_some();
        for item in one_or_many(data) {
            self.item(item, task, whose);
        }
        for error in one_or_many(errors) {
            let owner = error.as_object().map_or(whose, |error| owner(error, task, whose));
            if owner != Owner::Another {
                self.errors
                    .extend(RawError::of_value(&error, owner == Owner::Ours));
            }
        }
        if owner_of_bare != Owner::Another {
            self.errors.extend(bare);
        }
        is_envelope
    }

    fn item(&mut self, item: Value, task: TaskId, whose: Owner) {
        let Value::Object(mut item) = item else { return };
        let owner = owner(&item, task, whose);
        if owner == Owner::Another {
            return;
        }
        // `getTaskDetails`: the archived answer, whole.
        match item.remove("response") {
            Some(Value::Object(archived)) => {
                self.envelope(archived, task, owner);
            }
            Some(Value::Array(archived)) => {
                for item in archived {
                    self.item(item, task, owner);
                }
            }
            _ => match RawError::of_item(&item, owner == Owner::Ours) {
                Some(error) => self.errors.push(error),
                // A picture that names no task could be anybody's. An archive entry of our task without an answer in it says
                // that the task is there.
                None if owner == Owner::Ours => self.items.push(item),
                None => {}
            },
        }
    }

    /// The best that is said of our task. `getResponse` is cumulative: one finished item is enough. A picture that is
    /// missing beside an error of moderation was withheld.
    fn result(&self, http_status: u16) -> Option<Finding> {
        let mut best = None;
        for item in &self.items {
            match finding(item) {
                Finding::Done(output) if output.is_made() => return Some(Finding::Done(output)),
                Finding::Done(mut output) => {
                    let is_moderated = |error: &RawError| error.class(http_status) == ErrorClass::Safety;
                    output.flagged = self.errors.iter().any(is_moderated);
                    best = Some(Finding::Done(output));
                }
                Finding::Pending => best = best.or(Some(Finding::Pending)),
            }
        }
        best
    }
}

fn owner(item: &Map<String, Value>, task: TaskId, unnamed: Owner) -> Owner {
    match item.get("taskUUID") {
        None | Some(Value::Null) => unnamed,
        Some(Value::String(id)) if Uuid::try_parse(id) == Ok(task.uuid()) => Owner::Ours,
        Some(_) => Owner::Another,
    }
}

/// A null stands for an empty list.
fn one_or_many(value: Option<Value>) -> Vec<Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values,
        Some(value) => vec![value],
    }
}

fn finding(item: &Map<String, Value>) -> Finding {
    let status = text(item, "status").map(str::to_ascii_lowercase);
    let said = |name| text(item, name).filter(|said| !said.is_empty());
    // A picture inside the answer first: nothing is left to be fetched.
    let images: Vec<_> = [
        said("imageBase64Data").map(OutputImage::encoded),
        said("imageDataURI").map(OutputImage::at),
        said("imageURL").map(OutputImage::at),
    ]
    .into_iter()
    .flatten()
    .collect();
    match status.as_deref() {
        Some("success") => {}
        None if !images.is_empty() => {}
        // An acknowledgement, a step in between, or an unknown status.
        _ => return Finding::Pending,
    }
    Finding::Done(Output::of(
        images,
        cost(item),
        seed(item.get("seed")),
        is_true(item.get("NSFWContent")),
    ))
}

fn text<'a>(item: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    item.get(name).and_then(Value::as_str)
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// What an item or an error says it cost: dollars, as a number or as text. Nonsense is unknown.
pub(super) fn cost(item: &Map<String, Value>) -> Option<MicroUsd> {
    let dollars = match item.get("cost")? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    MicroUsd::from_dollars(dollars)
}

/// May exceed 2^53, so never by way of a float.
fn seed(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
