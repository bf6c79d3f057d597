//! Submits an edit's next attempt.
//!
//! The poll message goes out *before* the claim, and the claim before the submit. So whatever dies in between:
//! before the claim, the submit message comes back and finds the edit queued; after it, the poll message finds the
//! attempt, asks the provider for it, and goes on from there. Nothing is ever submitted twice, because only the
//! worker whose claim was written submits, and only once.

use cloud::{Cloud, EditInContext, MoveError};
use std::time::Duration;

use domain::breaker::{OpenReason, Signal};
use domain::edit::{ATTEMPT_PATIENCE, Attempt, Route, Step};
use domain::hook::Hook;
use domain::message::{PollMessage, SubmitMessage};
use domain::settings::ProviderMode;
use domain::{Edit, FailureCode, Settings, Status, TaskId, polling};
use jiff::{SignedDuration, Timestamp};
use providers::{Acceptance, AnyProvider, EditJob, SourcePhoto, Submitted};
use url::Url;

use crate::finish_edit::{Delivery, finish};
use crate::give_back::{Ended, end, give_back, step};
use crate::health::{report, signal_of};
use crate::photo;
use crate::routing::{Way, fallback, way};
use crate::studio::{Studio, Unusable};
use crate::work_error::WorkError;

/// How long a held edit waits before it is looked at again: within the 30 s in which the kill switch must act.
const HOLD: Duration = Duration::from_secs(20);
/// The shortest wait for a provider that is out of service.
const SHORTEST_HOLD: Duration = Duration::from_secs(2);
/// How long a name waits that could not be written.
const NAME_IS_WRITTEN_AGAIN: Duration = Duration::from_secs(2);
/// How often another way is looked for where somebody else was faster, or a provider turns out to be unusable.
const ROUNDS: usize = 3;

/// Does what a submit message asks for. A message that is out of date does nothing.
///
/// # Errors
/// The outside world failed in a way that another delivery of the message may mend.
pub async fn process_edit(cloud: &Cloud, studio: &Studio, message: &SubmitMessage) -> Result<(), WorkError> {
    let SubmitMessage::V1 {
        tenant_id,
        event_id,
        edit_id,
        held_at,
    } = message;
    let settings = cloud.settings().await?;
    if !settings.is_enabled {
        // Sent again instead of failed: a held edit must not use up its receive count.
        let held = message.clone().held(cloud.now());
        return Ok(cloud
            .send_submit(settings.queue_name.as_deref(), &held, HOLD)
            .await?);
    }
    let found = cloud.edit_in_context(tenant_id, event_id, *edit_id).await?;
    let Some(edit) = found.edit.as_ref().filter(|edit| edit.status == Status::Queued) else {
        return Ok(());
    };
    if edit.attempt > 0 && cloud.now() >= time_ends(edit, *held_at) {
        let why = "no time left for another attempt".to_owned();
        return step(cloud, edit, end(FailureCode::ProviderTimeout, why, 0)).await;
    }
    let another = fallback(edit, &settings, found.tenant.as_ref(), cloud.now());
    if let Way::Shut { reason, until } = way(edit, another.clone(), &found.breakers, cloud.now()) {
        return wait(cloud, &settings, message, edit, reason, until).await;
    }
    let photo = match photo::prepared(cloud, studio, edit).await? {
        Ok(photo) => photo,
        Err(why) => return step(cloud, edit, end(FailureCode::PhotoInvalid, why, 0)).await,
    };
    let attempt = TaskId::derive(edit.id, edit.attempt + 1);
    let mut breakers = found.breakers;
    let mut unusable = String::new();
    for _ in 0..ROUNDS {
        let (route, probe) = match way(edit, another.clone(), &breakers, cloud.now()) {
            Way::Open { route, probe } => (route, probe),
            Way::Shut { reason, until } => return wait(cloud, &settings, message, edit, reason, until).await,
        };
        let name = route.as_ref().map_or(edit.provider, |route| route.provider);
        if let Some(probe) = probe {
            if !cloud.save_breaker(name, &probe).await? {
                breakers = cloud.breakers().await?;
                continue;
            }
            *breakers.of_mut(name) = probe;
        }
        match studio
            .provider(cloud, name, settings.mode_of(name), &settings)
            .await?
        {
            Ok(provider) => {
                let found = EditInContext {
                    breakers,
                    ..found.clone()
                };
                let next = NextAttempt {
                    edit,
                    found: &found,
                    photo: &photo,
                    route,
                    held: held_at.is_some(),
                };
                return claim(cloud, studio, &settings, &provider, next).await;
            }
            Err(Unusable(why)) => {
                let known = *breakers.of(name);
                let refuses = Signal::Refuses(OpenReason::Auth);
                *breakers.of_mut(name) = report(cloud, name, &known, attempt, refuses).await;
                unusable = why;
                if another.is_none() {
                    break;
                }
            }
        }
    }
    step(cloud, edit, end(Unusable::CODE, unusable, 0)).await
}

/// When a queued edit has no time left: at its deadline, or what an attempt takes after it was held back.
fn time_ends(edit: &Edit, held_at: Option<Timestamp>) -> Timestamp {
    let fresh = held_at.and_then(|at| at.checked_add(ATTEMPT_PATIENCE).ok());
    fresh.map_or(edit.deadline_at, |fresh| fresh.max(edit.deadline_at))
}

/// Waits for a provider to come back, as long as there is time; as a new message, which has not failed.
async fn wait(
    cloud: &Cloud,
    settings: &Settings,
    message: &SubmitMessage,
    edit: &Edit,
    reason: OpenReason,
    until: Option<Timestamp>,
) -> Result<(), WorkError> {
    let SubmitMessage::V1 { held_at, .. } = message;
    let now = cloud.now();
    let left = time_left(time_ends(edit, *held_at), now);
    if left.is_zero() {
        let why = format!("{} is out of service ({})", edit.provider, reason.as_str());
        return step(cloud, edit, end(reason.failure_code(), why, 0)).await;
    }
    let look = until.map_or(HOLD, |until| time_left(until, now));
    let look = look.clamp(SHORTEST_HOLD, HOLD).min(left + Duration::from_secs(1));
    Ok(cloud
        .send_submit(settings.queue_name.as_deref(), message, look)
        .await?)
}

fn time_left(until: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(now).max(SignedDuration::ZERO)).unwrap_or_default()
}

/// An attempt that is about to be made.
struct NextAttempt<'a> {
    edit: &'a Edit,
    found: &'a EditInContext,
    photo: &'a SourcePhoto,
    route: Option<Route>,
    held: bool,
}

/// Claims the attempt, and submits it if nobody else was faster.
async fn claim(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    provider: &AnyProvider,
    next: NextAttempt<'_>,
) -> Result<(), WorkError> {
    let NextAttempt {
        edit,
        found,
        photo,
        route,
        held,
    } = next;
    let first = polling::delay(&found.latencies, Duration::ZERO);
    cloud
        .send_poll(&PollMessage::of(edit, edit.attempt + 1, 0), first)
        .await?;
    let name = route.as_ref().map_or(edit.provider, |route| route.provider);
    let claim = Step::Claim {
        route,
        mode: settings.mode_of(name),
        held,
    };
    let Ok(claim) = edit.step(claim, cloud.now()) else {
        return Ok(());
    };
    match cloud.apply(&claim).await {
        Ok(()) => submit(cloud, studio, settings, provider, found, &claim.edit, photo).await,
        Err(MoveError::Superseded) => Ok(()),
        Err(MoveError::OverBudget) => {
            let why = format!("no room in the budget for {}", claim.edit.provider);
            step(cloud, edit, end(FailureCode::BudgetHardCapReached, why, 0)).await
        }
        Err(MoveError::Port(error)) => Err(error.into()),
    }
}

async fn submit(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    provider: &AnyProvider,
    found: &EditInContext,
    edit: &Edit,
    photo: &SourcePhoto,
) -> Result<(), WorkError> {
    let Some(attempt) = edit.current_attempt() else {
        return Ok(());
    };
    let webhook = webhook(cloud, settings, edit, attempt).await;
    let job = EditJob {
        edit_id: edit.id,
        attempt: attempt.number,
        task_id: attempt.task_id,
        model: &attempt.model,
        prompt: &edit.rendered_prompt,
        negative_prompt: edit.rendered_negative_prompt.as_deref(),
        photo,
        estimated_cost: edit.estimate(),
        webhook: webhook.as_ref(),
    };
    let health = found.breakers.of(attempt.provider);
    match provider.submit(&job).await {
        Ok(Submitted::Accepted { handle: None }) => Ok(()),
        Ok(Submitted::Accepted { handle: Some(handle) }) => note_name(cloud, edit, handle).await,
        Ok(Submitted::Finished(output)) => {
            let (event, tenant) = (found.event.as_ref(), found.tenant.as_ref());
            let delivery = Delivery {
                edit,
                event,
                tenant,
                output,
                received_at: cloud.now(),
                polls: 0,
            };
            // What cannot be fetched now, the poll message tries again.
            finish(cloud, studio, settings, delivery).await?;
            report(cloud, attempt.provider, health, attempt.task_id, Signal::Works).await;
            Ok(())
        }
        Err(error) => {
            tracing::warn!(
                edit_id = %edit.id, provider = %attempt.provider, class = %error.class, code = error.code,
                http_status = error.http_status, "submit failed"
            );
            match error.acceptance {
                // It may have been accepted: the poll message, sent already, asks for it.
                Acceptance::Unknown => {
                    if let Some(signal) = signal_of(edit, attempt.provider, &error) {
                        report(cloud, attempt.provider, health, attempt.task_id, signal).await;
                    }
                    Ok(())
                }
                Acceptance::Refused | Acceptance::NotSent => {
                    let ended = Ended {
                        edit,
                        found,
                        error,
                        polls: 0,
                        cost: None,
                        says_something: true,
                    };
                    give_back(cloud, settings, ended).await
                }
            }
        }
    }
}

/// Notes the provider's name for the attempt. Where that cannot be written, a message takes it along: without its name
/// nobody can ask fal for what is paid for.
async fn note_name(cloud: &Cloud, edit: &Edit, handle: String) -> Result<(), WorkError> {
    let message = PollMessage::named(edit, &handle);
    match step(cloud, edit, Step::Accept { handle }).await {
        Err(error) => {
            tracing::warn!(edit_id = %edit.id, %error, "the provider's name for an attempt is not written down yet");
            Ok(cloud.send_poll(&message, NAME_IS_WRITTEN_AGAIN).await?)
        }
        noted => noted,
    }
}

/// Where the provider may say that it has finished. Without an address or a key it is asked, and so it is where the key
/// cannot be read: a hint is not worth an attempt.
async fn webhook(cloud: &Cloud, settings: &Settings, edit: &Edit, attempt: &Attempt) -> Option<Url> {
    if attempt.mode_or(settings) == ProviderMode::Fake {
        return None;
    }
    let base = settings.webhook_base_url.as_ref()?;
    let key = match cloud.webhook_key().await {
        Ok(key) => key?,
        Err(error) => {
            tracing::warn!(edit_id = %edit.id, %error, "no webhook for this attempt");
            return None;
        }
    };
    let hook = Hook {
        provider: attempt.provider,
        tenant_id: edit.tenant_id.clone(),
        event_id: edit.event_id.clone(),
        edit_id: edit.id,
        attempt: attempt.number,
    };
    hook.url(base, &key)
}
