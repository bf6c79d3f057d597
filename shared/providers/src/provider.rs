//! The trait every provider keeps, and the choice between them.

use std::future::Future;

use domain::ProviderName;

use crate::error::ProviderError;
use crate::fake::Fake;
use crate::fal::{self, Fal};
use crate::job::{Cancelled, EditJob, Progress, Submitted, Task};
use crate::runware::{self, Runware};

/// An outside AI image API.
///
/// No method retries: a second submit is a new attempt with a new task id, and only the workflow makes one.
pub trait Provider {
    /// Sends an attempt, in exactly one HTTP request. A task id that is already taken counts as accepted.
    ///
    /// # Errors
    /// What [`ProviderError::acceptance`] says decides what is safe to do next.
    fn submit(&self, job: &EditJob<'_>) -> impl Future<Output = Result<Submitted, ProviderError>> + Send;

    /// Asks how an attempt is getting on.
    ///
    /// # Errors
    /// The poll failed; no verdict on the job. Ask again later.
    fn poll(&self, task: &Task<'_>) -> impl Future<Output = Result<Progress, ProviderError>> + Send;

    /// Asks the provider's archive: after an unknown outcome, after a long [`Progress::Absent`], before giving up.
    ///
    /// # Errors
    /// The question failed; no verdict on the job.
    fn lookup(&self, task: &Task<'_>) -> impl Future<Output = Result<Progress, ProviderError>> + Send;

    /// Asks the provider not to begin an attempt that nobody waits for any more.
    ///
    /// # Errors
    /// The wish did not arrive; the attempt goes on.
    fn cancel(&self, task: &Task<'_>) -> impl Future<Output = Result<Cancelled, ProviderError>> + Send;
}

/// The provider that the settings chose.
#[derive(Debug, Clone)]
pub enum AnyProvider {
    /// runware.ai, live.
    Runware(Runware),
    /// fal.ai, live.
    Fal(Fal),
    /// No outside call.
    Fake(Fake),
}

impl Provider for AnyProvider {
    async fn submit(&self, job: &EditJob<'_>) -> Result<Submitted, ProviderError> {
        match self {
            Self::Runware(provider) => provider.submit(job).await,
            Self::Fal(provider) => provider.submit(job).await,
            Self::Fake(provider) => provider.submit(job).await,
        }
    }

    async fn poll(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        match self {
            Self::Runware(provider) => provider.poll(task).await,
            Self::Fal(provider) => provider.poll(task).await,
            Self::Fake(provider) => provider.poll(task).await,
        }
    }

    async fn lookup(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        match self {
            Self::Runware(provider) => provider.lookup(task).await,
            Self::Fal(provider) => provider.lookup(task).await,
            Self::Fake(provider) => provider.lookup(task).await,
        }
    }

    async fn cancel(&self, task: &Task<'_>) -> Result<Cancelled, ProviderError> {
        match self {
            Self::Runware(provider) => provider.cancel(task).await,
            Self::Fal(provider) => provider.cancel(task).await,
            Self::Fake(provider) => provider.cancel(task).await,
        }
    }
}

/// How long a prompt may be, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromptLimits {
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
}

impl PromptLimits {
    /// What every model takes.
    pub const COMMON: Self = Self { min: 2, max: 3_000 };

    /// Whether a prompt keeps them.
    pub fn allow(self, prompt: &str) -> bool {
        // Only as far as the limit: a prompt can be as long as a request.
        let length = prompt.chars().take(self.max + 1).count();
        (self.min..=self.max).contains(&length)
    }
}

/// What people call this model of this provider; `None` where it is unknown.
pub fn model_name(provider: ProviderName, model: &str) -> Option<&'static str> {
    match provider {
        ProviderName::Runware => runware::model(model).map(|model| model.name),
        ProviderName::Fal => fal::model(model).map(|model| model.name),
    }
}

/// How long a prompt for this model of this provider may be; [`PromptLimits::COMMON`] where the model is unknown.
pub fn prompt_limits(provider: ProviderName, model: &str) -> PromptLimits {
    match provider {
        ProviderName::Runware => runware::prompt_limits(model),
        ProviderName::Fal => fal::prompt_limits(model),
    }
}
