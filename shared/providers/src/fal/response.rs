//! What an answer means.

use domain::MicroUsd;
use serde_json::{Map, Value};
use url::Url;

use super::error::{RawError, of_status};
use super::handle::{handle, in_address};
use super::models::{self, Price};
use crate::error::{Acceptance, ProviderError};
use crate::exchange::Answer;
use crate::job::{Cancelled, Output, OutputImage, Progress, Submitted};

/// Counts what the model's price is for.
const BILLABLE_UNITS: &str = "x-fal-billable-units";

/// The progress of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    /// Over, for good or for bad: the result tells.
    Completed,
    Absent,
}

/// Reads the answer to a submit.
pub(super) fn submitted(answer: &Answer, endpoint: &str, base: &Url) -> Result<Submitted, ProviderError> {
    if !answer.is_success() {
        return Err(refusal(answer));
    }
    let named = object(answer).and_then(|ack| {
        let id = ack.get("request_id")?.as_str()?.to_owned();
        let address = ack.get("response_url").and_then(Value::as_str);
        address
            .and_then(|address| in_address(address, &id, base))
            .or_else(|| handle(endpoint, &id))
    });
    match named {
        Some(handle) => Ok(Submitted::Accepted { handle: Some(handle) }),
        // It may have been accepted, under a name that cannot be read.
        None => Err(unreadable(answer)),
    }
}

/// Reads the answer to a status request.
pub(super) fn status(answer: &Answer) -> Result<Status, ProviderError> {
    if answer.status == 404 {
        return Ok(Status::Absent);
    }
    if !answer.is_success() {
        return Err(refusal(answer));
    }
    let status = object(answer).and_then(|body| Some(body.get("status")?.as_str()?.to_ascii_uppercase()));
    match status.as_deref() {
        // Documented is the first alone.
        Some("COMPLETED" | "FAILED" | "CANCELED" | "CANCELLED" | "ERROR") => Ok(Status::Completed),
        // In the queue, in progress, or a step that we do not know.
        Some(_) => Ok(Status::Pending),
        None => Err(unreadable(answer)),
    }
}

/// Reads the result of a completed request: completed does not mean successful.
pub(super) fn result(answer: &Answer, endpoint: &str) -> Result<Progress, ProviderError> {
    if answer.status == 404 {
        return Ok(Progress::Absent);
    }
    if answer.is_success() {
        return match object(answer) {
            Some(body) => Ok(Progress::Done(output(&body, answer, endpoint))),
            None => Err(unreadable(answer)),
        };
    }
    let error = match RawError::of(answer) {
        Some(error) if is_verdict(&error, answer.status) => {
            answer.with(error.into_error(answer.status, Acceptance::Refused))
        }
        // Whatever it looks like: nothing on the way refuses an input.
        None if answer.status == 422 => unreadable(answer),
        _ => return Err(refusal(answer)),
    };
    Ok(Progress::Failed(error.at_cost(cost(answer, endpoint))))
}

/// Reads the answer to a cancellation.
pub(super) fn cancelled(answer: &Answer) -> Result<Cancelled, ProviderError> {
    match answer.status {
        200..=299 => Ok(Cancelled::Requested),
        // Completed already, or not known.
        400 | 404 => Ok(Cancelled::No),
        _ => Err(refusal(answer)),
    }
}

/// Whether an error in place of a result is about the job and not about our question for it. One with a type is; without
/// one, only what fal says of a request: anything else may be a gateway's word, with the picture behind it.
fn is_verdict(error: &RawError, status: u16) -> bool {
    let is_about_request = matches!(status, 400..=499) && !matches!(status, 401..=403 | 408 | 429);
    !error.kind.is_empty() || is_about_request
}

/// The error for a refused request.
fn refusal(answer: &Answer) -> ProviderError {
    match RawError::of(answer) {
        Some(error) => {
            let acceptance = match answer.status {
                // Without a type, something on the way may have written it, after passing the request on. fal has no
                // idempotency key that would make another submit safe.
                408 | 500.. if error.kind.is_empty() => Acceptance::Unknown,
                _ => Acceptance::Refused,
            };
            answer.with(error.into_error(answer.status, acceptance))
        }
        None => unreadable(answer),
    }
}

fn unreadable(answer: &Answer) -> ProviderError {
    answer.unreadable(of_status(answer.status, ""))
}

fn object(answer: &Answer) -> Option<Map<String, Value>> {
    match serde_json::from_slice(answer.body.as_ref()?).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// `images: [{url}]` or `image: {url}`; an image may also be its bare address.
fn output(body: &Map<String, Value>, answer: &Answer, endpoint: &str) -> Output {
    let flags = body.get("has_nsfw_concepts").and_then(Value::as_array);
    let images = body.get("images").and_then(Value::as_array).into_iter().flatten();
    let addresses = images
        .chain(body.get("image"))
        .filter_map(|image| image.get("url").unwrap_or(image).as_str());
    Output::of(
        addresses.map(OutputImage::at),
        cost(answer, endpoint),
        body.get("seed").and_then(Value::as_u64),
        flags.is_some_and(|flags| flags.contains(&Value::Bool(true))),
    )
}

/// Units times the unit's price; unknown where either is.
fn cost(answer: &Answer, endpoint: &str) -> Option<MicroUsd> {
    let unit = match models::endpoint(endpoint)?.price {
        Price::Image(price) | Price::Megapixel(price) => price,
        Price::About(_) => return None,
    };
    let units: f64 = answer.header(BILLABLE_UNITS)?.trim().parse().ok()?;
    MicroUsd::from_dollars(units * unit.as_dollars())
}

#[cfg(test)]
mod tests;
