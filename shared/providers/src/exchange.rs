//! One HTTP request and what comes back, bounded: the same for every provider.

use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::RequestBuilder;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Serialize;

use crate::error::{Acceptance, ErrorClass, ProviderError, not_sent};

/// Timeout of a question: a poll or a lookup.
pub(crate) const QUESTION_TIMEOUT: Duration = Duration::from_secs(20);

/// The largest answer that is read. Ours are below 1 KB.
pub(crate) const ANSWER_LIMIT: usize = 1024 * 1024;

/// The largest answer with a result in it that is read: a picture of 12 MB may be inside, or the request with its photo.
pub(crate) const RESULT_LIMIT: usize = 16 * 1024 * 1024;

/// The longest wait that is believed, whatever `Retry-After` says.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3_600);

/// The answer of a provider.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) headers: HeaderMap,
    /// `None` = larger than is read.
    pub(crate) body: Option<Bytes>,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The error with what the answer says around it.
    pub(crate) fn with(&self, error: ProviderError) -> ProviderError {
        ProviderError {
            http_status: Some(self.status),
            retry_after: self.retry_after,
            ..error
        }
    }

    /// The error for an answer that is not the API's.
    pub(crate) fn unreadable(&self, class: ErrorClass) -> ProviderError {
        let (code, message) = match &self.body {
            None => ("answerTooLarge".to_owned(), "the answer is larger than is read"),
            Some(_) if self.is_success() => (
                "unreadableAnswer".to_owned(),
                "the answer is not what the API sends",
            ),
            Some(_) => (
                format!("http{}", self.status),
                "the answer carries no error that can be read",
            ),
        };
        let acceptance = match self.status {
            // Something on the way answered, after it may have passed the request on.
            200..=299 | 408 | 500.. => Acceptance::Unknown,
            _ => Acceptance::Refused,
        };
        self.with(ProviderError::new(class, &code, message, acceptance))
    }
}

/// The body of a request.
pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>, ProviderError> {
    serde_json::to_vec(value).map_err(|_| not_built("the request could not be written"))
}

/// Sends a request, once, and reads the answer as far as `limit`.
pub(crate) async fn answer(request: RequestBuilder, limit: usize) -> Result<Answer, ProviderError> {
    let response = request.send().await.map_err(|error| lost(&error))?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let retry_after = retry_after(&headers);
    let body = read(response, limit).await.map_err(|error| {
        // The status counts for something even where the body was cut short.
        ProviderError {
            http_status: Some(status),
            retry_after,
            ..lost(&error)
        }
    })?;
    Ok(Answer {
        status,
        retry_after,
        headers,
        body,
    })
}

/// Reads a body as far as `limit`, whatever its length claims to be.
async fn read(mut response: reqwest::Response, limit: usize) -> Result<Option<Bytes>, reqwest::Error> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        if chunk.len() > limit - whole.len() {
            return Ok(None);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(Some(whole.freeze()))
}

/// Only the form in seconds: a date would need a clock to compare it with.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
}

fn not_built(message: &str) -> ProviderError {
    not_sent("requestNotBuilt", message)
}

/// The error for a request without a whole answer.
fn lost(error: &reqwest::Error) -> ProviderError {
    let cause = innermost(error);
    let (class, code, acceptance) = if error.is_builder() {
        return not_built(&cause);
    } else if error.is_connect() {
        (ErrorClass::Server, "connectFailed", Acceptance::NotSent)
    } else if error.is_timeout() {
        (ErrorClass::Timeout, "requestTimeout", Acceptance::Unknown)
    } else {
        (ErrorClass::Server, "connectionLost", Acceptance::Unknown)
    };
    ProviderError::new(class, code, &cause, acceptance)
}

/// The cause at the bottom ("connection reset by peer"): the layers above it repeat the address.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
