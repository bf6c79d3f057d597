//! Asks the provider how an attempt is getting on, until there is an answer or no time left.

use std::time::Duration;

use domain::edit::{Attempt, Step};
use domain::message::PollMessage;
use domain::ports::{Objects, PortError, Queues, Secrets, SettingsSource, Work};
use domain::{Context, Edit, FailureCode, Settings, Status};
use jiff::SignedDuration;
use providers::{Acceptance, AnyProvider, ErrorClass, Progress, Provider, ProviderError, Task};

use crate::finish_edit::{Delivered, Delivery, finish};
use crate::process_edit::{end, give_back, step};
use crate::studio::{Studio, Unusable};
use crate::work_error::WorkError;

/// How long after a submit may still arrive that nobody has heard of: on top of the time a submit may take.
const ABSENCE_GRACE: SignedDuration = SignedDuration::from_secs(20);

/// What the poll found, in terms of what to do.
enum Finding {
    /// Ask again later.
    Again,
    /// Deliver it.
    Done(providers::Output),
    /// The attempt is over.
    Over(ProviderError),
}

/// Does what a poll message asks for. A message that is out of date does nothing.
///
/// # Errors
/// The outside world failed in a way that another delivery of the message may mend.
pub async fn poll_edit<D>(deps: &D, studio: &Studio, message: &PollMessage) -> Result<(), WorkError>
where
    D: Context + SettingsSource + Secrets + Work + Objects + Queues + Sync,
{
    let PollMessage::V1 {
        tenant_id,
        event_id,
        edit_id,
        attempt,
        polls,
    } = message;
    let settings = deps.settings().await?;
    let found = deps.edit_in_context(tenant_id, event_id, *edit_id).await?;
    let Some(edit) = &found.edit else {
        return Ok(());
    };
    if edit.status == Status::Queued && *attempt == edit.attempt + 1 && *polls < settings.queue_max_polls {
        // Faster than the claim. Without this message nobody would ask after the attempt.
        return Ok(resend(deps, message, polls + 1).await?);
    }
    let Some(current) = edit
        .current_attempt()
        .filter(|current| edit.status == Status::Processing && current.number == *attempt)
    else {
        return Ok(());
    };
    let finding = match studio.provider(deps, current.provider, &settings).await? {
        Ok(provider) => ask(deps, &provider, &settings, edit, current, *polls).await,
        // The attempt is at a provider that is not configured any more; the operator may mend that in time.
        Err(Unusable(why)) => {
            tracing::warn!(edit_id = %edit.id, why, "cannot poll");
            Finding::Again
        }
    };
    let polls = polls + 1;
    match finding {
        Finding::Again => {
            let give_up = end(
                FailureCode::ProviderTimeout,
                format!("no result after {polls} polls"),
                polls,
            );
            again(deps, &settings, edit, message, polls, give_up).await
        }
        Finding::Over(error) => give_back(deps, &settings, edit, &error, polls).await,
        Finding::Done(output) if output.flagged => {
            let detail = "the provider flagged the picture".to_owned();
            step(
                deps,
                edit,
                Step::Fail {
                    code: FailureCode::Moderated,
                    detail,
                    polls,
                    cost: output.cost,
                },
            )
            .await
        }
        Finding::Done(output) => {
            let (event, tenant) = (found.event.as_ref(), found.tenant.as_ref());
            let delivery = Delivery {
                edit,
                event,
                tenant,
                output,
                polls,
            };
            match finish(deps, studio, &settings, delivery).await? {
                Delivered::Ended => Ok(()),
                Delivered::NotYet(why) => {
                    let give_up = end(FailureCode::OutputUnavailable, why, polls);
                    again(deps, &settings, edit, message, polls, give_up).await
                }
            }
        }
    }
}

async fn ask<D: Context>(
    deps: &D,
    provider: &AnyProvider,
    settings: &Settings,
    edit: &Edit,
    attempt: &Attempt,
    polls: u32,
) -> Finding {
    let task = Task {
        edit_id: edit.id,
        attempt: attempt.number,
        task_id: attempt.task_id,
        model: &attempt.model,
        prompt: &edit.rendered_prompt,
        handle: attempt.handle.as_deref(),
        polls,
        estimated_cost: edit.estimate(),
    };
    let patience = SignedDuration::try_from(settings.timeout_of(attempt.provider)).unwrap_or_default();
    // A submit may still be on its way, or its answer be about to be written down.
    let is_young = deps.now().duration_since(attempt.started_at) < patience + ABSENCE_GRACE;
    let progress = match provider.poll(&task).await {
        Ok(Progress::Absent | Progress::Unnamed) if is_young => return Finding::Again,
        // The archive has the last word.
        Ok(Progress::Absent) => provider.lookup(&task).await.map(|progress| (progress, true)),
        other => other.map(|progress| (progress, false)),
    };
    match progress {
        Ok((Progress::Pending, _)) => Finding::Again,
        Ok((Progress::Done(output), _)) => Finding::Done(output),
        Ok((Progress::Failed(error), _)) => Finding::Over(error.without_words_of(&edit.rendered_prompt)),
        Ok((Progress::Absent, true)) => Finding::Over(never_arrived()),
        Ok((Progress::Absent, false)) => Finding::Again,
        Ok((Progress::Unnamed, _)) => Finding::Over(without_a_name()),
        // A poll that failed is no verdict on the job.
        Err(error) => {
            tracing::warn!(
                edit_id = %edit.id, provider = %attempt.provider, class = %error.class, code = error.code,
                http_status = error.http_status, "poll failed"
            );
            Finding::Again
        }
    }
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

/// Polls again later, as long as there are polls and time left.
async fn again<D>(
    deps: &D,
    settings: &Settings,
    edit: &Edit,
    message: &PollMessage,
    polls: u32,
    give_up: Step,
) -> Result<(), WorkError>
where
    D: Context + Work + Queues,
{
    if polls >= settings.queue_max_polls || edit.deadline_at <= deps.now() {
        return step(deps, edit, give_up).await;
    }
    Ok(resend(deps, message, polls).await?)
}

async fn resend<D: Queues>(deps: &D, message: &PollMessage, polls: u32) -> Result<(), PortError> {
    let PollMessage::V1 {
        tenant_id,
        event_id,
        edit_id,
        attempt,
        ..
    } = message;
    let next = PollMessage::V1 {
        tenant_id: tenant_id.clone(),
        event_id: event_id.clone(),
        edit_id: *edit_id,
        attempt: *attempt,
        polls,
    };
    deps.send_poll(&next, poll_delay(polls)).await
}

/// 2 s, growing by 1.4 to at most 10 s.
pub(crate) fn poll_delay(polls: u32) -> Duration {
    const DELAYS: [u64; 5] = [2, 3, 4, 5, 8];
    let seconds = usize::try_from(polls)
        .ok()
        .and_then(|polls| DELAYS.get(polls))
        .copied()
        .unwrap_or(10);
    Duration::from_secs(seconds)
}
