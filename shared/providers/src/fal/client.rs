//! Submit, status, result, cancel: one request each.

use std::time::Duration;

use async_trait::async_trait;
use domain::edit::ATTEMPT_PATIENCE;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder};
use url::Url;

use super::{request, response};
use crate::config::{Config, ConfigError};
use crate::error::{Acceptance, ErrorClass, ProviderError};
use crate::exchange::{self, ANSWER_LIMIT, Answer, QUESTION_TIMEOUT, RESULT_LIMIT};
use crate::http::HttpClient;
use crate::job::{Cancelled, EditJob, Progress, Submitted, Task};
use crate::provider::Provider;

/// How long fal's CDN keeps an output, which is a public address: long enough for a recovery that starts after half
/// an hour. (Without it, for ever.)
const OUTPUT_LIFECYCLE: &str = r#"{"expiration_duration_seconds":3600}"#;

/// fal.ai's queue with one configuration. Cheap to make and to clone: make one per settings snapshot.
#[derive(Debug, Clone)]
pub struct Fal {
    http: HttpClient,
    base_url: Url,
    authorization: HeaderValue,
    timeout: Duration,
}

impl Fal {
    /// A client for this configuration.
    ///
    /// # Errors
    /// The configuration cannot be used; nothing was sent.
    pub fn new(http: HttpClient, config: &Config) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            http,
            base_url: config.base_url.clone(),
            authorization: config.authorization("Key")?,
            timeout: config.timeout,
        })
    }

    /// A path below the API.
    fn url(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        url
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.http.inner().request(method, url);
        request.header(AUTHORIZATION, self.authorization.clone())
    }

    async fn question(&self, method: Method, path: &str) -> Result<Answer, ProviderError> {
        let request = self
            .request(method, self.url(path))
            .timeout(self.timeout.min(QUESTION_TIMEOUT));
        exchange::answer(request, RESULT_LIMIT).await
    }

    async fn ask(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        let Some(handle) = task.handle else {
            return Ok(Progress::Unnamed);
        };
        let answer = self.question(Method::GET, &format!("{handle}/status")).await?;
        match response::status(&answer)? {
            response::Status::Pending => Ok(Progress::Pending),
            response::Status::Absent => Ok(Progress::Absent),
            response::Status::Completed => {
                let answer = self.question(Method::GET, handle).await?;
                response::result(&answer, task.model)
            }
        }
    }
}

#[async_trait]
impl Provider for Fal {
    async fn submit(&self, job: &EditJob<'_>) -> Result<Submitted, ProviderError> {
        let (endpoint, input) = request::input(job)?;
        let mut url = self.url(endpoint.model.id);
        if let Some(webhook) = job.webhook {
            url.query_pairs_mut().append_pair("fal_webhook", webhook.as_str());
        }
        let request = self
            .request(Method::POST, url)
            .header(CONTENT_TYPE, "application/json")
            // Nothing of the request or the result is kept.
            .header("x-fal-store-io", "0")
            .header("x-fal-object-lifecycle-preference", OUTPUT_LIFECYCLE)
            // One attempt is one run: another one is the workflow's decision, and so is another model.
            .header("x-fal-no-retry", "1")
            .header("x-app-fal-disable-fallback", "true")
            // A request that has not begun by then has no use any more.
            .header("x-fal-request-timeout", ATTEMPT_PATIENCE.as_secs())
            .timeout(self.timeout)
            .body(exchange::json(&input)?);
        let answer = exchange::answer(request, ANSWER_LIMIT).await?;
        response::submitted(&answer, endpoint.model.id, &self.base_url)
            .map_err(|error| job.without_prompts(error))
    }

    async fn poll(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        self.ask(task).await
    }

    async fn lookup(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        Ok(match self.ask(task).await? {
            // fal had accepted it, and knows it no longer: a result that is not stored is gone after an hour.
            Progress::Absent => Progress::Failed(ProviderError::new(
                ErrorClass::NotFound,
                "requestGone",
                "the queue does not know the request any more",
                Acceptance::Refused,
            )),
            other => other,
        })
    }

    async fn cancel(&self, task: &Task<'_>) -> Result<Cancelled, ProviderError> {
        let Some(handle) = task.handle else {
            return Ok(Cancelled::No);
        };
        let answer = self.question(Method::PUT, &format!("{handle}/cancel")).await?;
        response::cancelled(&answer)
    }
}
