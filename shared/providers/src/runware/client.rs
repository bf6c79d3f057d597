//! One request, one answer.

use std::time::Duration;

use async_trait::async_trait;
use domain::TaskId;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::Value;
use url::Url;

use super::{request, response};
use crate::config::{Config, ConfigError};
use crate::error::ProviderError;
use crate::exchange::{self, ANSWER_LIMIT, Answer, QUESTION_TIMEOUT, RESULT_LIMIT};
use crate::http::HttpClient;
use crate::job::{Cancelled, EditJob, Progress, Submitted, Task};
use crate::provider::Provider;

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
            authorization: config.authorization("Bearer")?,
            timeout: config.timeout,
        })
    }

    /// Sends one task, once. The body is always an array.
    async fn send(&self, task: &Value, timeout: Duration, limit: usize) -> Result<Answer, ProviderError> {
        let request = self
            .http
            .inner()
            .post(self.base_url.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CONTENT_TYPE, "application/json")
            .timeout(timeout)
            .body(exchange::json(&[task])?);
        exchange::answer(request, limit).await
    }

    async fn ask(&self, question: Value, task: TaskId) -> Result<Progress, ProviderError> {
        let answer = self
            .send(&question, self.timeout.min(QUESTION_TIMEOUT), RESULT_LIMIT)
            .await?;
        response::progress(&answer, task)
    }
}

#[async_trait]
impl Provider for Runware {
    async fn submit(&self, job: &EditJob<'_>) -> Result<Submitted, ProviderError> {
        let task = request::inference(job)?;
        let answer = self.send(&task, self.timeout, ANSWER_LIMIT).await?;
        response::submitted(&answer, job.task_id).map_err(|error| job.without_prompts(error))
    }

    async fn poll(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        self.ask(request::get_response(task.task_id), task.task_id).await
    }

    async fn lookup(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        self.ask(request::get_task_details(task.task_id), task.task_id)
            .await
    }

    async fn cancel(&self, _: &Task<'_>) -> Result<Cancelled, ProviderError> {
        Ok(Cancelled::No)
    }
}
