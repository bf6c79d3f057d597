//! The provider that answers without an outside call; the style's model chooses the outcome.

mod demo;
mod look;
mod paint;
pub(crate) mod restyle;

use async_trait::async_trait;
use domain::MicroUsd;

use crate::error::{Acceptance, ErrorClass, ProviderError};
use crate::job::{Cancelled, EditJob, Output, OutputImage, Progress, Submitted, Task};
use crate::provider::Provider;

pub use demo::DemoPicture;
pub use restyle::{Restyle, RestyleError};

/// Answers without any outside call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fake;

/// The outcome of an attempt, chosen by the style's `provider_model`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// `fake:ok` and anything else: success at the first poll.
    Ok,
    /// `fake:sync`: success in the answer to the submit.
    Sync,
    /// `fake:slow`: success at the third poll.
    Slow,
    /// `fake:never`: pending for ever.
    Never,
    /// `fake:moderated`: the first poll finds a refusal on grounds of safety.
    Moderated,
    /// `fake:rejected`: the submit is refused as invalid.
    Rejected,
    /// `fake:error`: the model fails every time.
    Error,
    /// `fake:flaky`: the model fails for the first attempt and succeeds from the second on.
    Flaky,
    /// `fake:broken-output`: success, but the bytes are no image.
    BrokenOutput,
}

/// The model that every fake model falls back to: one that makes a picture.
const COUNTERPART: &str = "fake:ok";

/// The counterpart of a fake model, at any provider, so that a fallback can be seen without an outside call; `None` for a
/// real model.
pub(crate) fn counterpart(model: &str) -> Option<&'static str> {
    model.starts_with("fake:").then_some(COUNTERPART)
}

impl Outcome {
    fn of(model: &str) -> Self {
        match model {
            "fake:sync" => Self::Sync,
            "fake:slow" => Self::Slow,
            "fake:never" => Self::Never,
            "fake:moderated" => Self::Moderated,
            "fake:rejected" => Self::Rejected,
            "fake:error" => Self::Error,
            "fake:flaky" => Self::Flaky,
            "fake:broken-output" => Self::BrokenOutput,
            _ => Self::Ok,
        }
    }
}

impl Fake {
    fn verdict(task: &Task<'_>) -> Progress {
        let output = |restyle, cost: Option<MicroUsd>| {
            Progress::Done(Output {
                image: OutputImage::Restyled(restyle),
                cost,
                seed: Some(task.task_id.seed()),
                flagged: false,
            })
        };
        let done = |restyle| output(restyle, Some(task.estimated_cost).filter(|cost| cost.get() > 0));
        let failed = |class, code, message| {
            Progress::Failed(ProviderError::new(class, code, message, Acceptance::Refused))
        };
        let restyle = || Restyle::for_style(task.model, task.prompt);
        match Outcome::of(task.model) {
            Outcome::Never => Progress::Pending,
            Outcome::Slow if task.polls < 2 => Progress::Pending,
            Outcome::Moderated => failed(
                ErrorClass::Safety,
                "contentPolicyViolation",
                "the fake was told to refuse",
            ),
            Outcome::Rejected => failed(
                ErrorClass::Validation,
                "invalidImage",
                "the fake was told to reject",
            ),
            Outcome::Error => failed(
                ErrorClass::Provider,
                "inferenceError",
                "the fake was told to fail",
            ),
            Outcome::Flaky if task.attempt <= 1 => failed(
                ErrorClass::Provider,
                "inferenceError",
                "the fake was told to fail the first attempt",
            ),
            // The fake takes money for pictures only.
            Outcome::BrokenOutput => output(Restyle::broken(), Some(MicroUsd::ZERO)),
            Outcome::Ok | Outcome::Sync | Outcome::Slow | Outcome::Flaky => done(restyle()),
        }
    }
}

#[async_trait]
impl Provider for Fake {
    async fn submit(&self, job: &EditJob<'_>) -> Result<Submitted, ProviderError> {
        let task = Task {
            edit_id: job.edit_id,
            attempt: job.attempt,
            task_id: job.task_id,
            model: job.model,
            prompt: job.prompt,
            handle: None,
            polls: 0,
            estimated_cost: job.estimated_cost,
        };
        match (Outcome::of(job.model), Self::verdict(&task)) {
            (Outcome::Rejected, Progress::Failed(error)) => Err(error),
            (Outcome::Sync, Progress::Done(output)) => Ok(Submitted::Finished(output)),
            _ => Ok(Submitted::Accepted { handle: None }),
        }
    }

    async fn poll(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        Ok(Self::verdict(task))
    }

    async fn lookup(&self, task: &Task<'_>) -> Result<Progress, ProviderError> {
        Ok(Self::verdict(task))
    }

    async fn cancel(&self, _: &Task<'_>) -> Result<Cancelled, ProviderError> {
        Ok(Cancelled::Requested)
    }
}

#[cfg(test)]
mod tests;
