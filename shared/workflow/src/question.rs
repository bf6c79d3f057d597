//! Questions to a provider about an attempt: how it is getting on, and that nobody waits for it any more.

use cloud::{Cloud, EditInContext};
use domain::edit::Attempt;
use domain::{Edit, MicroUsd, Settings};
use jiff::SignedDuration;
use providers::{Acceptance, AnyProvider, Cancelled, ErrorClass, Progress, ProviderError, Task};

use crate::studio::Studio;
use crate::work_error::WorkError;

/// How long after a submit may still arrive that nobody has heard of: on top of the time a submit may take.
const ABSENCE_GRACE: SignedDuration = SignedDuration::from_secs(20);
/// How long a webhook may take to bring the name of a request whose answer got lost, on top of the same: most pictures
/// are made by then, and the guest is still waiting.
const HINT_GRACE: SignedDuration = SignedDuration::from_secs(90);

/// An attempt that is asked after.
pub(crate) struct Question<'a> {
    /// The edit, processing.
    pub(crate) edit: &'a Edit,
    /// Its current attempt.
    pub(crate) attempt: &'a Attempt,
    /// What was read with it.
    pub(crate) found: &'a EditInContext,
    /// Polls before this one.
    pub(crate) polls: u32,
}

/// What a question found, in terms of what to do.
pub(crate) enum Finding {
    /// Ask again later.
    Again {
        /// Whether the provider is known to have it.
        is_there: bool,
    },
    /// Deliver it.
    Done(providers::Output),
    /// The attempt is over.
    Over(ProviderError),
    /// The attempt is over, and nothing was heard of it.
    Lost(ProviderError),
}

/// What a provider needs to know of an attempt, all of it from the stored edit.
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

/// A provider's error without what it repeats of the edit's prompts, which may name guests.
pub(crate) fn without_prompts(error: ProviderError, edit: &Edit) -> ProviderError {
    let negative = edit.rendered_negative_prompt.as_deref().unwrap_or_default();
    error
        .without_words_of(&edit.rendered_prompt)
        .without_words_of(negative)
}

/// Asks how an attempt is getting on.
pub(crate) async fn ask(
    cloud: &Cloud,
    provider: &AnyProvider,
    settings: &Settings,
    question: &Question<'_>,
) -> Finding {
    let Question {
        edit, attempt, polls, ..
    } = *question;
    let task = task(edit, attempt, polls);
    let patience = SignedDuration::try_from(settings.timeout_of(attempt.provider)).unwrap_or_default();
    let again = Finding::Again {
        is_there: attempt.handle.is_some(),
    };
    // A submit may still be on its way, or its answer be about to be written down.
    let age = cloud.now().duration_since(attempt.started_at);
    let is_young = age < patience + ABSENCE_GRACE;
    let may_be_named = settings.webhook_base_url.is_some() && age < patience + HINT_GRACE;
    let progress = match provider.poll(&task).await {
        Ok(Progress::Absent | Progress::Unnamed) if is_young => return again,
        // Its webhook brings the name.
        Ok(Progress::Unnamed) if may_be_named => return again,
        // The archive has the last word.
        Ok(Progress::Absent) => provider.lookup(&task).await,
        other => other,
    };
    match progress {
        Ok(Progress::Pending) => Finding::Again { is_there: true },
        Ok(Progress::Done(output)) => Finding::Done(output),
        Ok(Progress::Failed(error)) => Finding::Over(without_prompts(error, edit)),
        // It was acknowledged. So it is there, between two lists, and sent again it would be paid for twice.
        Ok(Progress::Absent) if attempt.handle.is_some() => again,
        Ok(Progress::Absent) => Finding::Lost(never_arrived()),
        Ok(Progress::Unnamed) => Finding::Lost(without_a_name()),
        // A poll that failed is no verdict on the job.
        Err(error) => {
            tracing::warn!(
                edit_id = %edit.id, provider = %attempt.provider, class = %error.class, code = error.code,
                http_status = error.http_status, "poll failed"
            );
            again
        }
    }
}

/// Tells the provider that it need not begin any more, and returns what it is taken to charge: what has begun, or
/// cannot be cancelled, is completed and billed, whether or not anybody waits for it. Its price is never heard of, so it is
/// the list price.
pub(crate) async fn abandon(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    question: &Question<'_>,
    is_there: bool,
) -> Result<Option<MicroUsd>, WorkError> {
    let Question { edit, attempt, .. } = *question;
    if let Ok(provider) = studio.provider_of(cloud, attempt, settings).await? {
        match provider.cancel(&task(edit, attempt, 0)).await {
            Ok(Cancelled::Requested) => {
                tracing::info!(edit_id = %edit.id, provider = %attempt.provider, "cancelled");
                return Ok(None);
            }
            Ok(Cancelled::No) => {}
            Err(error) => {
                tracing::warn!(edit_id = %edit.id, provider = %attempt.provider, %error, "not cancelled");
            }
        }
    }
    Ok(is_there.then(|| edit.estimate()))
}

fn never_arrived() -> ProviderError {
    let message = "neither the queue nor the archive of the provider knows the task";
    ProviderError::new(ErrorClass::Timeout, "neverArrived", message, Acceptance::Refused)
}

/// It may be at the provider, under a name that we shall never know: to send it again would be to pay twice.
fn without_a_name() -> ProviderError {
    let message = "the answer to the submit got lost, and with it the provider's name for the task";
    ProviderError::new(ErrorClass::Timeout, "answerLost", message, Acceptance::Unknown)
}
