//! Submits an edit's next attempt.
//!
//! The poll message goes out *before* the claim, and the claim before the submit. So whatever dies in between:
//! before the claim, the submit message comes back and finds the edit queued; after it, the poll message finds the
//! attempt, asks the provider for it, and goes on from there. Nothing is ever submitted twice, because only the
//! worker whose claim was written submits, and only once.

use std::time::Duration;

use domain::edit::Step;
use domain::message::{PollMessage, SubmitMessage};
use domain::ports::{Edits, MoveError, Objects, Queues, Secrets, SettingsSource, Work};
use domain::{Context, Edit, FailureCode, Settings, Status};
use providers::{Acceptance, AnyProvider, EditJob, Provider, ProviderError, SourcePhoto, Submitted};

use crate::finish_edit::{Delivery, finish};
use crate::photo;
use crate::poll_edit::poll_delay;
use crate::studio::{Studio, Unusable};
use crate::work_error::WorkError;

/// How long a held edit waits before it is looked at again: within the 30 s in which the kill switch must act.
const HOLD: Duration = Duration::from_secs(20);

/// Does what a submit message asks for. A message that is out of date does nothing.
///
/// # Errors
/// The outside world failed in a way that another delivery of the message may mend.
pub async fn process_edit<D>(deps: &D, studio: &Studio, message: &SubmitMessage) -> Result<(), WorkError>
where
    D: Context + SettingsSource + Secrets + Edits + Work + Objects + Queues + Sync,
{
    let SubmitMessage::V1 {
        event_id, edit_id, ..
    } = message;
    let settings = deps.settings().await?;
    if !settings.is_enabled {
        // Sent again instead of failed: a held edit must not use up its receive count.
        return Ok(deps
            .send_submit(settings.queue_name.as_deref(), message, HOLD)
            .await?);
    }
    let Some(edit) = deps
        .edit(event_id, *edit_id)
        .await?
        .filter(|edit| edit.status == Status::Queued)
    else {
        return Ok(());
    };
    let now = deps.now();
    if edit.attempt > 0 && !edit.may_retry(now) {
        let why = "no time left for another attempt".to_owned();
        return step(deps, &edit, end(FailureCode::ProviderTimeout, why, 0)).await;
    }
    let provider = match studio.provider(deps, edit.provider, &settings).await? {
        Ok(provider) => provider,
        Err(Unusable(why)) => return step(deps, &edit, end(Unusable::CODE, why, 0)).await,
    };
    let photo = match photo::prepared(deps, studio, &edit).await? {
        Ok(photo) => photo,
        Err(why) => return step(deps, &edit, end(FailureCode::PhotoInvalid, why, 0)).await,
    };
    deps.send_poll(&PollMessage::of(&edit, edit.attempt + 1, 0), poll_delay(0))
        .await?;
    let claim = Step::Claim {
        route: None,
        held: false,
    };
    let Ok(claim) = edit.step(claim, deps.now()) else {
        return Ok(());
    };
    match deps.apply(&claim).await {
        Ok(()) => submit(deps, studio, &settings, &provider, &claim.edit, &photo).await,
        Err(MoveError::Superseded | MoveError::OverBudget) => Ok(()),
        Err(MoveError::Port(error)) => Err(error.into()),
    }
}

async fn submit<D>(
    deps: &D,
    studio: &Studio,
    settings: &Settings,
    provider: &AnyProvider,
    edit: &Edit,
    photo: &SourcePhoto,
) -> Result<(), WorkError>
where
    D: Context + Edits + Work + Objects + Queues + Sync,
{
    let Some(attempt) = edit.current_attempt() else {
        return Ok(());
    };
    let job = EditJob {
        edit_id: edit.id,
        attempt: attempt.number,
        task_id: attempt.task_id,
        model: &attempt.model,
        prompt: &edit.rendered_prompt,
        negative_prompt: edit.rendered_negative_prompt.as_deref(),
        photo,
        estimated_cost: edit.estimate(),
        webhook: None,
    };
    match provider.submit(&job).await {
        Ok(Submitted::Accepted { handle: None }) => Ok(()),
        Ok(Submitted::Accepted { handle: Some(handle) }) => step(deps, edit, Step::Accept { handle }).await,
        Ok(Submitted::Finished(output)) => {
            let context = deps
                .edit_in_context(&edit.tenant_id, &edit.event_id, edit.id)
                .await?;
            let (event, tenant) = (context.event.as_ref(), context.tenant.as_ref());
            let delivery = Delivery {
                edit,
                event,
                tenant,
                output,
                polls: 0,
            };
            // What cannot be fetched now, the poll message tries again.
            finish(deps, studio, settings, delivery).await.map(|_| ())
        }
        Err(error) => {
            tracing::warn!(
                edit_id = %edit.id, provider = %attempt.provider, class = %error.class, code = error.code,
                http_status = error.http_status, "submit failed"
            );
            match error.acceptance {
                // It may have been accepted: the poll message, sent already, asks for it.
                Acceptance::Unknown => Ok(()),
                Acceptance::Refused | Acceptance::NotSent => give_back(deps, settings, edit, &error, 0).await,
            }
        }
    }
}

/// Ends an attempt that certainly is not at the provider: another attempt if that may help, a failure otherwise.
pub(crate) async fn give_back<D>(
    deps: &D,
    settings: &Settings,
    edit: &Edit,
    error: &ProviderError,
    polls: u32,
) -> Result<(), WorkError>
where
    D: Context + Work + Queues,
{
    let code = error.class.failure_code();
    let detail = error.to_string();
    if !error.may_be_repeated() || !edit.may_retry(deps.now()) {
        return step(
            deps,
            edit,
            Step::Fail {
                code,
                detail,
                polls,
                cost: None,
            },
        )
        .await;
    }
    // The message first: if the move is not written, the message finds the edit still processing and does nothing.
    let wait = error
        .retry_after
        .unwrap_or(Duration::ZERO)
        .max(retry_delay(edit.attempt));
    deps.send_submit(settings.queue_name.as_deref(), &SubmitMessage::of(edit), wait)
        .await?;
    let retry = Step::Retry {
        code,
        detail,
        polls,
        route: None,
    };
    step(deps, edit, retry).await
}

/// 2, 4, 8 s: long enough for the move to be written before the message arrives, short for a guest.
fn retry_delay(attempt: u32) -> Duration {
    Duration::from_secs(1 << attempt.clamp(1, 5))
}

/// Applies a step; that somebody else was faster is as good.
pub(crate) async fn step<D: Context + Work>(deps: &D, edit: &Edit, step: Step) -> Result<(), WorkError> {
    let Ok(made) = edit.step(step, deps.now()) else {
        return Ok(());
    };
    if let Some(failure) = &made.edit.failure {
        let (code, status) = (failure.code.code(), made.edit.status.as_str());
        tracing::info!(edit_id = %edit.id, code, status, detail = failure.detail, "edit ended");
    }
    WorkError::unless_superseded(deps.apply(&made).await)
}

/// The end of an edit without a picture.
pub(crate) fn end(code: FailureCode, detail: String, polls: u32) -> Step {
    Step::Fail {
        code,
        detail,
        polls,
        cost: None,
    }
}
