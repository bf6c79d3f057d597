//! A guest or an organiser asks for an edit: all seven layers, one batch read, one transaction, one message.

use cloud::{AdmissionFacts, AdmitError, Cloud, FactsQuery};
use std::time::Duration;

use data_encoding::HEXLOWER;
use domain::admission::{Admission, Applicant, IdempotencyKey, IdempotencyRecord};
use domain::context::{hour_of, month_of, seconds_left_in_hour};
use domain::guard::{self, Dispatch, EditRequest, Facts, Layer, Load, Refusal, Verdict};
use domain::message::SubmitMessage;
use domain::metric::{About, Metric};
use domain::wait::Wait;
use domain::{Edit, EditId, EventId, FailureCode, MicroUsd, PhotoId, Problem, ProviderName, Settings, Style};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::edit_answer::{EditAnswer, output_links};
use crate::entry::{Caller, Entry, settings};
use crate::signals;

/// What a caller sends.
#[derive(Clone)]
pub struct CreateEdit<'a> {
    /// Who.
    pub caller: Caller<'a>,
    /// Of which photo.
    pub photo_id: PhotoId,
    /// What.
    pub request: EditRequest,
    /// So that a double tap makes one edit.
    pub idempotency_key: Option<String>,
}

/// Admits an edit and sends it to the workers. A repeated request is answered with the edit it made before, finished
/// or not.
///
/// # Errors
/// The refusal of the first layer that refuses; the contract's error table otherwise.
pub async fn create_edit(cloud: &Cloud, input: &CreateEdit<'_>) -> Result<EditAnswer, Problem> {
    let settings = settings(cloud).await?;
    if let Err(refusal) = guard::enabled::check(&settings, input.caller.audience()) {
        cloud.measure(About::INSTALLATION, &[(Metric::Refusals(refusal.layer()), 1)]);
        return Err(refusal.into());
    }
    let entry = input.caller.enter(cloud).await?;
    let answer = ask(cloud, input, &entry, &settings).await;
    if let Err(problem) = &answer
        && let Some(layer) = layer_of(problem)
    {
        let about = About::event(&entry.tenant_id, &entry.event_id);
        cloud.measure(about, &[(Metric::Refusals(layer), 1)]);
    }
    answer
}

/// Which layer refused. That of a blocked prompt is measured with the edit that is stored for it.
fn layer_of(problem: &Problem) -> Option<Layer> {
    match problem {
        Problem::Refused(refusal) => Some(refusal.layer()),
        Problem::RateLimited(_) => Some(Layer::Abuse),
        _ => None,
    }
}

/// Everything behind layer 1.
async fn ask(
    cloud: &Cloud,
    input: &CreateEdit<'_>,
    entry: &Entry,
    settings: &Settings,
) -> Result<EditAnswer, Problem> {
    let now = cloud.now();
    let (month, hour) = (month_of(now), hour_of(now));
    let idempotency = input.idempotency_key.as_ref().map(|key| IdempotencyKey {
        scope: entry.scope.clone(),
        key: key.clone(),
    });
    let query = FactsQuery {
        tenant_id: &entry.tenant_id,
        event_id: &entry.event_id,
        photo_id: input.photo_id,
        month: &month,
        guest: entry.guest(),
        hour: &hour,
        idempotency: idempotency.as_ref(),
    };
    // The styles are cached most of the time; when they are not, both reads run at once.
    let (found, styles) = futures::try_join!(cloud.admission_facts(&query), cloud.styles())?;
    let request_hash = request_hash(input);
    if let Some(before) = &found.idempotency {
        return replay(cloud, &entry.event_id, before, &request_hash).await;
    }
    if found.guest_hour.is_refused(settings) {
        signals::abuse(cloud, entry, &found, settings, false, now).await;
        return Err(Problem::RateLimited(seconds_left_in_hour(now)));
    }
    let admission = admission(cloud, input, entry, &found, settings, &styles);
    if let Err(Problem::Refused(Refusal::BudgetHardCapReached)) = admission {
        signals::budget(cloud, entry, &found, settings, None, now).await;
    }
    let admission = admission?.with_idempotency(idempotency.clone(), request_hash.clone());
    mark_style_used(cloud, &admission.edit, &styles).await?;
    match cloud.admit(&admission).await {
        Ok(()) => {}
        Err(AdmitError::KeyTaken) => return replay_taken(cloud, &query, &request_hash).await,
        Err(error) => return Err(refused(error, idempotency.is_some())),
    }
    let edit = admission.edit;
    if edit.status.is_terminal() {
        signals::abuse(cloud, entry, &found, settings, true, now).await;
        return Err(Problem::PromptBlocked(edit.id));
    }
    let reserved = Some(edit.reserved_micro_usd);
    futures::join!(
        send(cloud, &edit, settings),
        signals::budget(cloud, entry, &found, settings, reserved, now)
    );
    let ahead = u64::try_from(found.figures.queued).unwrap_or(0);
    Ok(EditAnswer {
        wait: Wait::of(&edit, ahead, &found.figures, now),
        output: None,
        edit,
    })
}

/// Before the first edit with a style is written, the style is marked, so that it cannot be erased any more. The
/// styles at hand are at most 30 s old: after that nobody marks it again.
async fn mark_style_used(cloud: &Cloud, edit: &Edit, styles: &[Style]) -> Result<(), Problem> {
    let Some(key) = &edit.style_key else {
        return Ok(());
    };
    let known = styles.iter().any(|style| style.key == *key && style.used);
    if known || cloud.mark_style_used(key).await? {
        Ok(())
    } else {
        Err(Refusal::StyleNotAllowed.into())
    }
}

/// What is to be written: an edit that is queued, or blocked by layer 6.
fn admission(
    cloud: &Cloud,
    input: &CreateEdit<'_>,
    entry: &Entry,
    found: &AdmissionFacts,
    settings: &Settings,
    styles: &[Style],
) -> Result<Admission, Problem> {
    let now = cloud.now();
    let event = found
        .event
        .as_ref()
        .filter(|event| event.tenant_id == entry.tenant_id);
    let event = event.ok_or(Problem::EventNotFound)?;
    let photo = found.photo.as_ref().ok_or(Problem::PhotoNotFound)?;
    let caps = found
        .tenant
        .as_ref()
        .map(|tenant| tenant.budget.clone())
        .unwrap_or_default();
    let facts = Facts {
        settings,
        event,
        caps: &caps,
        month: found.month,
        load: Load {
            of_event: found.figures.open,
            of_guest: found.guest_open,
        },
        styles,
        prompt_limits,
        counterpart_cost,
        now,
    };
    let applicant = Applicant {
        event,
        photo,
        origin: entry.origin.clone(),
        edit_id: EditId::new(now, cloud.random()),
        now,
    };
    match guard::check(&input.request, &facts) {
        Verdict::Approved(approval) => Ok(Admission::approved(&applicant, &input.request, *approval)),
        Verdict::PromptBlocked(approval) => {
            Ok(Admission::prompt_blocked(&applicant, &input.request, *approval))
        }
        Verdict::Refused(refusal) => Err(refusal.into()),
    }
}

fn prompt_limits(provider: ProviderName, model: &str) -> (usize, usize) {
    let limits = providers::prompt_limits(provider, model);
    (limits.min, limits.max)
}

/// What an edit is expected to cost at the other provider; `None` where no model there does the same job.
pub fn counterpart_cost(from: ProviderName, model: &str, to: ProviderName) -> Option<MicroUsd> {
    providers::counterpart(from, model, to).and_then(|there| there.estimate)
}

/// A queue that cannot be reached is not the caller's problem: the edit is stored, and recovery sends it.
async fn send(cloud: &Cloud, edit: &Edit, settings: &Settings) {
    if guard::queue::dispatch(settings) == Dispatch::Held {
        return;
    }
    let message = SubmitMessage::of(edit);
    if let Err(error) = cloud
        .send_submit(settings.queue_name.as_deref(), &message, Duration::ZERO)
        .await
    {
        tracing::warn!(edit_id = %edit.id, %error, "edit is stored but not sent; recovery will send it");
    }
}

fn refused(error: AdmitError, has_key: bool) -> Problem {
    match error {
        AdmitError::TooManyInFlight => Refusal::TooManyInFlight.into(),
        AdmitError::OverBudget => Refusal::BudgetHardCapReached.into(),
        AdmitError::Contended if has_key => Problem::IdempotencyInProgress,
        AdmitError::KeyTaken | AdmitError::Contended => Problem::Unavailable,
        AdmitError::Port(error) => error.into(),
    }
}

/// Another request with the same key was faster by a moment.
async fn replay_taken(
    cloud: &Cloud,
    query: &FactsQuery<'_>,
    request_hash: &str,
) -> Result<EditAnswer, Problem> {
    let found = cloud.admission_facts(query).await?;
    match found.idempotency {
        Some(before) => replay(cloud, query.event_id, &before, request_hash).await,
        None => Err(Problem::IdempotencyInProgress),
    }
}

/// The same request again: the same edit, as it is by now.
async fn replay(
    cloud: &Cloud,
    event: &EventId,
    before: &IdempotencyRecord,
    request_hash: &str,
) -> Result<EditAnswer, Problem> {
    if before.request_hash != request_hash {
        return Err(Problem::IdempotencyKeyReused);
    }
    let found = cloud.edit_with_figures(event, before.edit_id).await?;
    let (edit, figures) = found.ok_or(Problem::EditNotFound)?;
    if edit
        .failure
        .as_ref()
        .is_some_and(|failure| failure.code == FailureCode::PromptBlocked)
    {
        return Err(Problem::PromptBlocked(edit.id));
    }
    let ahead = u64::try_from(figures.queued - 1).unwrap_or(0);
    Ok(EditAnswer {
        wait: Wait::of(&edit, ahead, &figures, cloud.now()),
        output: output_links(cloud, &edit).await?,
        edit,
    })
}

#[derive(Serialize)]
struct Fingerprint<'a> {
    photo_id: PhotoId,
    style_key: Option<&'a str>,
    prompt: Option<&'a str>,
    negative_prompt: Option<&'a str>,
}

/// What makes two requests the same request.
fn request_hash(input: &CreateEdit<'_>) -> String {
    let request = &input.request;
    let fingerprint = Fingerprint {
        photo_id: input.photo_id,
        style_key: request.style_key.as_ref().map(domain::StyleKey::as_str),
        prompt: request.prompt.as_deref(),
        negative_prompt: request.negative_prompt.as_deref(),
    };
    // A struct of texts always serialises.
    HEXLOWER.encode(&Sha256::digest(
        serde_json::to_vec(&fingerprint).unwrap_or_default(),
    ))
}
