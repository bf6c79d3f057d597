//! One request, one answer.

use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use domain::TaskId;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use serde_json::Value;
use url::Url;

use super::config::{Config, ConfigError};
use super::{request, response};
use crate::error::{Acceptance, ErrorClass, ProviderError};
use crate::http::HttpClient;
use crate::job::{EditJob, Progress, Submitted, Task};
use crate::provider::Provider;

/// How long a poll or a look-up may take at most.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(20);

/// The largest answer that is read. Ours are below 1 KB.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// The largest archive entry that is read: it holds the request as well, with the photo in it.
const ARCHIVE_LIMIT: usize = 16 * 1024 * 1024;

/// The longest wait that is believed, whatever `Retry-After` says.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3_600);

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    /// `None` = larger than is read.
    pub(super) body: Option<Bytes>,
}

/// runware.ai with one configuration. Cheap to make and to clone: make one per settings snapshot.
#[derive(Debug, Clone)]
pub struct Runware {
    http: HttpClient,
    base_url: Url,
    authorization: HeaderValue,
    timeout: Duration,
}

impl Runware {
    /// A client for this configuration.
    ///
    /// # Errors
    /// The configuration cannot be used; nothing was sent.
    pub fn new(http: HttpClient, config: &Config) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            http,
            base_url: config.base_url.clone(),
            authorization: config.authorization()?,
            timeout: config.timeout,
        })
    }

    /// Sends one task, once. The body is always an array.
    async fn send(&self, task: &Value, timeout: Duration, limit: usize) -> Result<Answer, ProviderError> {
        let body = serde_json::to_vec(&[task]).map_err(|_| {
            let message = "the request could not be written";
            ProviderError::new(
                ErrorClass::Validation,
                "requestNotBuilt",
                message,
                Acceptance::NotSent,
            )
        })?;
        let response = self
            .http
            .inner()
            .post(self.base_url.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CONTENT_TYPE, "application/json")
            .timeout(timeout)
            .body(body)
            .send()
            .await
            .map_err(|error| lost(&error))?;
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
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
            body,
        })
    }

    async fn ask(&self, question: Value, task: TaskId, limit: usize) -> Result<Progress, ProviderError> {
        let answer = self
            .send(&question, self.timeout.min(QUESTION_TIMEOUT), limit)
            .await?;
        response::progress(&answer, task)
    }
}

impl Provider for Runware {
    async fn submit(&self, job: &EditJob<'_>) -> Result<Submitted, ProviderError> {
        let task = request::inference(job)?;
        let answer = self.send(&task, self.timeout, ANSWER_LIMIT).await?;
        response::submitted(&answer, job.task_id).map_err(|error| {
            error
                .without_words_of(job.prompt)
                .without_words_of(job.negative_prompt.unwrap_or_default())
        })
    }

    async fn poll(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        self.ask(request::get_response(task.task_id), task.task_id, ANSWER_LIMIT)
            .await
    }

    async fn lookup(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        self.ask(
            request::get_task_details(task.task_id),
            task.task_id,
            ARCHIVE_LIMIT,
        )
        .await
    }
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

/// What a request comes to that got no whole answer.
fn lost(error: &reqwest::Error) -> ProviderError {
    let (class, code, acceptance) = if error.is_builder() {
        (ErrorClass::Validation, "requestNotBuilt", Acceptance::NotSent)
    } else if error.is_connect() {
        (ErrorClass::Server, "connectFailed", Acceptance::NotSent)
    } else if error.is_timeout() {
        (ErrorClass::Timeout, "requestTimeout", Acceptance::Unknown)
    } else {
        (ErrorClass::Server, "connectionLost", Acceptance::Unknown)
    };
    ProviderError::new(class, code, &innermost(error), acceptance)
}

/// The cause at the bottom ("connection reset by peer"): the layers above it repeat the address.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
