//! The same for fal.

use std::sync::Arc;
use std::time::Duration;

use domain::MicroUsd;
use doubles::fal::{API_KEY, Server};
use providers::{
    AnyProvider, Config, EditJob, Fal, HttpClient, Progress, ProviderError, SourcePhoto, Submitted, Task,
};
use url::Url;

use super::{PROMPT, edit, photo};

pub(crate) struct Caller {
    pub(crate) provider: AnyProvider,
    pub(crate) photo: SourcePhoto,
    pub(crate) model: &'static str,
    pub(crate) webhook: Option<Url>,
}

impl Caller {
    pub(crate) fn new(server: &Server) -> Self {
        Self::with(&server.base_url(), API_KEY, Duration::from_secs(5))
    }

    pub(crate) fn with(base_url: &str, api_key: &str, timeout: Duration) -> Self {
        let config = Config {
            base_url: base_url.parse().unwrap(),
            api_key: api_key.into(),
            timeout,
        };
        Self {
            provider: Arc::new(Fal::new(HttpClient::new().unwrap(), &config).unwrap()),
            photo: photo(64, 48),
            model: "fal-ai/flux-pro/kontext",
            webhook: None,
        }
    }

    pub(crate) fn job(&self) -> EditJob<'_> {
        EditJob {
            edit_id: edit(),
            attempt: 1,
            task_id: super::Caller::task(1),
            model: self.model,
            prompt: PROMPT,
            negative_prompt: Some("blurry"),
            photo: &self.photo,
            estimated_cost: MicroUsd::new(40_000),
            webhook: self.webhook.as_ref(),
        }
    }

    pub(crate) async fn submit(&self) -> Result<Submitted, ProviderError> {
        self.provider.submit(&self.job()).await
    }

    pub(crate) fn question<'a>(&'a self, handle: Option<&'a str>) -> Task<'a> {
        Task {
            edit_id: edit(),
            attempt: 1,
            task_id: super::Caller::task(1),
            model: self.model,
            prompt: PROMPT,
            handle,
            polls: 0,
            estimated_cost: MicroUsd::new(40_000),
        }
    }

    pub(crate) async fn poll(&self, handle: Option<&str>) -> Result<Progress, ProviderError> {
        self.provider.poll(&self.question(handle)).await
    }

    pub(crate) async fn lookup(&self, handle: Option<&str>) -> Result<Progress, ProviderError> {
        self.provider.lookup(&self.question(handle)).await
    }
}

/// The provider's name for what it has accepted.
pub(crate) fn handle(submitted: Result<Submitted, ProviderError>) -> String {
    match submitted {
        Ok(Submitted::Accepted { handle: Some(handle) }) => handle,
        other => panic!("not accepted: {other:?}"),
    }
}
