//! What a worker asks a provider about an attempt: its progress, or to cancel it.

use domain::edit::Attempt;
use domain::{Edit, MicroUsd};
use jiff::SignedDuration;
use providers::{Acceptance, AnyProvider, Cancelled, ErrorClass, Output, Progress, ProviderError, Task};

use crate::error::WorkError;
use crate::worker::{LoadedEdit, Worker};

/// How long a submit may still arrive, on top of the provider's timeout.
const ABSENCE_GRACE: SignedDuration = SignedDuration::from_secs(20);
/// How long a webhook may take to bring the handle of a request whose answer got lost, on top of the provider's
/// timeout: most pictures are made by then, and the guest is still waiting.
const WEBHOOK_GRACE: SignedDuration = SignedDuration::from_secs(90);

/// An attempt that is, or may be, at its provider.
pub(crate) struct OpenAttempt<'a> {
    /// The edit, processing.
    pub(crate) loaded: &'a LoadedEdit,
    pub(crate) attempt: &'a Attempt,
    /// Polls before this one.
    pub(crate) polls: u32,
}

/// What a provider's answer means for the attempt.
pub(crate) enum Verdict {
    /// Ask again later.
    Unfinished {
        /// The provider is known to have the attempt.
        is_known: bool,
    },
    Done(Output),
    Failed {
        error: ProviderError,
        /// The failure counts in the provider's circuit breaker.
        blames_provider: bool,
    },
}

/// What a provider needs to know about an attempt.
pub(crate) fn task<'a>(edit: &'a Edit, attempt: &'a Attempt, polls: u32) -> Task<'a> {
    Task {
        edit_id: edit.id,
        attempt: attempt.number,
        task_id: attempt.task_id,
        model: &attempt.model,
        prompt: &edit.rendered_prompt,
        handle: attempt.handle.as_deref(),
        polls,
        estimated_cost: edit.estimate(),
    }
}

/// Withholds a provider's message that repeats the edit's prompts, which may name guests.
pub(crate) fn without_prompts(error: ProviderError, edit: &Edit) -> ProviderError {
    let negative = edit.rendered_negative_prompt.as_deref().unwrap_or_default();
    error
        .without_words_of(&edit.rendered_prompt)
        .without_words_of(negative)
}

impl Worker<'_> {
    /// Asks for the progress of an attempt.
    pub(super) async fn ask(&self, provider: &AnyProvider, open: &OpenAttempt<'_>) -> Verdict {
        let OpenAttempt {
            loaded,
            attempt,
            polls,
        } = *open;
        let edit = &loaded.edit;
        let task = task(edit, attempt, polls);
        let timeout = self.settings.timeout_of(attempt.provider);
        let timeout = SignedDuration::try_from(timeout).unwrap_or_default();
        let unfinished = Verdict::Unfinished {
            is_known: attempt.handle.is_some(),
        };
        // The submit may still be on its way, or its answer about to be written.
        let age = self.now().duration_since(attempt.started_at);
        let may_arrive = age < timeout + ABSENCE_GRACE;
        let may_be_named = self.settings.webhook_base_url.is_some() && age < timeout + WEBHOOK_GRACE;
        let progress = match provider.poll(&task).await {
            Ok(Progress::Absent | Progress::Unnamed) if may_arrive => return unfinished,
            // Its webhook brings the handle.
            Ok(Progress::Unnamed) if may_be_named => return unfinished,
            // The archive has the last word.
            Ok(Progress::Absent) => provider.lookup(&task).await,
            other => other,
        };
        match progress {
            Ok(Progress::Pending) => Verdict::Unfinished { is_known: true },
            Ok(Progress::Done(output)) => Verdict::Done(output),
            Ok(Progress::Failed(error)) => Verdict::Failed {
                error: without_prompts(error, edit),
                blames_provider: true,
            },
            // The provider acknowledged it, so it is there, between two lists; a new submit would be paid for twice.
            Ok(Progress::Absent) if attempt.handle.is_some() => unfinished,
            Ok(Progress::Absent) => lost(never_arrived()),
            Ok(Progress::Unnamed) => lost(answer_lost()),
            // A failed poll is no verdict on the attempt.
            Err(error) => {
                tracing::warn!(
                    edit_id = %edit.id, provider = %attempt.provider, class = %error.class, code = error.code,
                    http_status = error.http_status, "poll failed"
                );
                unfinished
            }
        }
    }

    /// Tells the provider not to begin an attempt that nobody waits for any more. Returns what the provider charges all
    /// the same: it completes and bills what has begun or cannot be cancelled. Nobody asks for its price afterwards, so
    /// the list price is booked.
    pub(crate) async fn abandon(
        &self,
        open: &OpenAttempt<'_>,
        is_known: bool,
    ) -> Result<Option<MicroUsd>, WorkError> {
        let (edit, attempt) = (&open.loaded.edit, open.attempt);
        match self.provider_of(attempt).await {
            Ok(provider) => match provider.cancel(&task(edit, attempt, 0)).await {
                Ok(Cancelled::Requested) => {
                    tracing::info!(edit_id = %edit.id, provider = %attempt.provider, "cancelled");
                    return Ok(None);
                }
                Ok(Cancelled::No) => {}
                Err(error) => {
                    tracing::warn!(edit_id = %edit.id, provider = %attempt.provider, %error, "not cancelled");
                }
            },
            Err(WorkError::Permanent { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(is_known.then(|| edit.estimate()))
    }
}

fn lost(error: ProviderError) -> Verdict {
    Verdict::Failed {
        error,
        blames_provider: false,
    }
}

fn never_arrived() -> ProviderError {
    let message = "neither the queue nor the archive of the provider knows the task";
    ProviderError::new(ErrorClass::Timeout, "neverArrived", message, Acceptance::Refused)
}

/// The provider may have it under a handle that nobody knows; a new submit could be paid for twice.
fn answer_lost() -> ProviderError {
    let message = "the answer to the submit got lost, and with it the provider's name for the task";
    ProviderError::new(ErrorClass::Timeout, "answerLost", message, Acceptance::Unknown)
}
