//! Asks the provider how an attempt is getting on, until there is an answer or no time left.

use cloud::{Cloud, EditInContext, MoveError, PortError};
use std::time::Duration;

use domain::breaker::Signal;
use domain::edit::Step;
use domain::message::{Hint, PollMessage};
use domain::{Edit, FailureCode, Settings, Status, polling};
use providers::{Acceptance, ErrorClass, ProviderError};

use crate::finish_edit::{Delivered, Delivery, Unfetched, finish};
use crate::give_back::{Ended, give_back, step};
use crate::health::report;
use crate::question::{Finding, Question, abandon, ask};
use crate::routing::{fallback, patience_ends};
use crate::studio::{Studio, Unusable};
use crate::work_error::WorkError;

/// What a look at an attempt came to.
pub(crate) enum Looked {
    /// What follows from it is done.
    Settled,
    /// No result so far.
    Pending {
        /// Whether the provider is known to have it.
        is_there: bool,
    },
    /// There is a result, but it cannot be fetched at the moment.
    NotFetched(Unfetched),
}

/// Does what a poll message asks for. A message that is out of date does nothing.
///
/// # Errors
/// The outside world failed in a way that another delivery of the message may mend.
pub async fn poll_edit(cloud: &Cloud, studio: &Studio, message: &PollMessage) -> Result<(), WorkError> {
    let PollMessage::V1 {
        tenant_id,
        event_id,
        edit_id,
        attempt,
        polls,
        hint,
    } = message;
    let settings = cloud.settings().await?;
    let found = cloud.edit_in_context(tenant_id, event_id, *edit_id).await?;
    let Some(edit) = &found.edit else {
        return Ok(());
    };
    if edit.status == Status::Queued && *attempt == edit.attempt + 1 && *polls < settings.queue_max_polls {
        if hint.is_some() {
            return Ok(());
        }
        // Faster than the claim. Without this message nobody would ask after the attempt.
        let delay = polling::delay(&found.latencies, Duration::ZERO);
        return Ok(resend(cloud, message, polls + 1, delay).await?);
    }
    let Some(current) = edit
        .current_attempt()
        .filter(|current| edit.status == Status::Processing && current.number == *attempt)
    else {
        return Ok(());
    };
    if let Some(hint) = hint {
        return look_once(cloud, studio, &settings, &found, edit, hint).await;
    }
    let question = Question {
        edit,
        attempt: current,
        found: &found,
        polls: *polls,
    };
    let looked = look(cloud, studio, &settings, &question).await?;
    let polls = polls + 1;
    let now = cloud.now();
    let another = fallback(edit, &settings, found.tenant.as_ref(), now);
    let ends = match &looked {
        Looked::Settled => return Ok(()),
        // Another provider's picture would be paid for twice.
        Looked::NotFetched(_) => edit.deadline_at,
        Looked::Pending { .. } => patience_ends(edit, another.as_ref()),
    };
    if polls < settings.queue_max_polls && now < ends {
        let elapsed = Duration::try_from(now.duration_since(current.started_at)).unwrap_or_default();
        let delay = polling::delay(&found.latencies, elapsed);
        return Ok(resend(cloud, message, polls, delay).await?);
    }
    match looked {
        Looked::NotFetched(Unfetched { why, charge }) => {
            let unavailable = Step::Fail {
                code: FailureCode::OutputUnavailable,
                detail: why,
                polls,
                cost: Some(charge),
            };
            step(cloud, edit, unavailable).await
        }
        Looked::Pending { is_there } => give_up(cloud, studio, &settings, &question, is_there).await,
        Looked::Settled => Ok(()),
    }
}

/// Looks at the attempt that a hint is about. Where it is not done yet, the attempt's own message goes on.
async fn look_once(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    found: &EditInContext,
    edit: &Edit,
    hint: &Hint,
) -> Result<(), WorkError> {
    let Some(edit) = named(cloud, edit, hint).await? else {
        return Ok(());
    };
    let Some(attempt) = edit.current_attempt() else {
        return Ok(());
    };
    let question = Question {
        edit: &edit,
        attempt,
        found,
        polls: 0,
    };
    look(cloud, studio, settings, &question).await.map(|_| ())
}

/// The edit, if the hint is about its attempt. Where the answer to the submit got lost or could not be written down, and with
/// it the provider's name for the task, the hint brings it.
async fn named(cloud: &Cloud, edit: &Edit, hint: &Hint) -> Result<Option<Edit>, WorkError> {
    let (Some(attempt), Some(request_id)) = (edit.current_attempt(), &hint.request_id) else {
        return Ok(Some(edit.clone()));
    };
    if let Some(handle) = &attempt.handle {
        let is_it = handle.rsplit('/').next() == Some(request_id.as_str());
        return Ok(is_it.then(|| edit.clone()));
    }
    let handle = (providers::descriptor(attempt.provider).handle)(&attempt.model, request_id);
    let made = handle.and_then(|handle| edit.step(Step::Accept { handle }, cloud.now()).ok());
    let Some(made) = made else { return Ok(None) };
    match cloud.apply(&made).await {
        Ok(()) => Ok(Some(made.edit)),
        Err(MoveError::Superseded | MoveError::OverBudget) => Ok(None),
        Err(MoveError::Port(error)) => Err(error.into()),
    }
}

/// Asks the provider after an attempt, and does what follows from its answer. Doing it twice does it once.
pub(crate) async fn look(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    question: &Question<'_>,
) -> Result<Looked, WorkError> {
    let Question {
        edit,
        attempt,
        found,
        polls,
    } = *question;
    let finding = match studio.provider_of(cloud, attempt, settings).await? {
        Ok(provider) => ask(cloud, &provider, settings, question).await,
        // The attempt is at a provider that is not configured any more; the operator may mend that in time.
        Err(Unusable(why)) => {
            tracing::warn!(edit_id = %edit.id, why, "cannot poll");
            Finding::Again {
                is_there: attempt.handle.is_some(),
            }
        }
    };
    let polls = polls + 1;
    let health = found.breakers.of(attempt.provider);
    let over = |error, says_something| Ended {
        edit,
        found,
        error,
        polls,
        cost: None,
        says_something,
    };
    match finding {
        Finding::Again { is_there } => return Ok(Looked::Pending { is_there }),
        Finding::Over(error) => give_back(cloud, settings, over(error, true)).await?,
        Finding::Lost(error) => give_back(cloud, settings, over(error, false)).await?,
        Finding::Done(output) if output.flagged => {
            let flagged = Step::Fail {
                code: FailureCode::Moderated,
                detail: "the provider flagged the picture".to_owned(),
                polls,
                cost: Some(output.charge(edit.estimate())),
            };
            step(cloud, edit, flagged).await?;
            report(cloud, attempt.provider, health, attempt.task_id, Signal::Works).await;
        }
        Finding::Done(output) => {
            let (event, tenant) = (found.event.as_ref(), found.tenant.as_ref());
            let delivery = Delivery {
                edit,
                event,
                tenant,
                output,
                received_at: cloud.now(),
                polls,
            };
            let delivered = finish(cloud, studio, settings, delivery).await?;
            report(cloud, attempt.provider, health, attempt.task_id, Signal::Works).await;
            if let Delivered::NotYet(unfetched) = delivered {
                return Ok(Looked::NotFetched(unfetched));
            }
        }
    }
    Ok(Looked::Settled)
}

/// The provider had its time: it need not begin any more, and another one may.
async fn give_up(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    question: &Question<'_>,
    is_there: bool,
) -> Result<(), WorkError> {
    let Question {
        edit, found, polls, ..
    } = *question;
    let cost = abandon(cloud, studio, settings, question, is_there).await?;
    let polls = polls + 1;
    let message = format!("no result after {polls} polls");
    let error = ProviderError::new(ErrorClass::Timeout, "noResult", &message, Acceptance::Unknown);
    let ended = Ended {
        edit,
        found,
        error,
        polls,
        cost,
        says_something: true,
    };
    give_back(cloud, settings, ended).await
}

async fn resend(cloud: &Cloud, message: &PollMessage, polls: u32, delay: Duration) -> Result<(), PortError> {
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
        hint: None,
    };
    cloud.send_poll(&next, delay).await
}
