//! A guest or an organiser asks for an edit: all seven layers, one batch read, one transaction, one message.

pub(crate) mod answer;
pub(crate) mod entry;
mod replay;

use std::time::Duration;

use cloud::{AdmissionFacts, AdmitError, Cloud, FactsQuery};
use domain::admission::{Admission, Applicant, IdempotencyKey};
use domain::context::{hour_of, month_of, seconds_left_in_hour};
use domain::guard::rate::EditsOfHour;
use domain::guard::{self, Dispatch, EditRequest, Facts, Layer, Load, Refusal, Verdict};
use domain::message::SubmitMessage;
use domain::metric::{About, Metric};
use domain::wait::Wait;
use domain::{Edit, EditId, MicroUsd, PhotoId, Problem, ProviderName, Settings, Style};
use jiff::Timestamp;

use crate::signals::{self, Reached};
use answer::EditAnswer;
use entry::{Caller, Entry, settings};

/// A caller's request for an edit.
#[derive(Clone)]
pub struct CreateEdit<'a> {
    pub caller: Caller<'a>,
    pub photo_id: PhotoId,
    pub request: EditRequest,
    /// Two requests with the same key make one edit.
    pub idempotency_key: Option<String>,
}

/// Admits an edit and sends it to the workers. The answer to a repeated request is the edit of the first one, finished
/// or not.
///
/// # Errors
/// The first layer that refuses; any other row of the problem table.
pub async fn create_edit(cloud: &Cloud, input: &CreateEdit<'_>) -> Result<EditAnswer, Problem> {
    let settings = settings(cloud).await?;
    if let Err(refusal) = guard::enabled::check(&settings, input.caller.audience()) {
        cloud.measure(About::INSTALLATION, &[(Metric::Refusals(refusal.layer()), 1)]);
        return Err(refusal.into());
    }
    let entry = input.caller.enter(cloud).await?;
    let answer = pass_layers(cloud, input, &entry, &settings).await;
    if let Err(problem) = &answer
        && let Some(layer) = layer_of(problem)
    {
        let about = About::event(&entry.tenant_id, &entry.event_id);
        cloud.measure(about, &[(Metric::Refusals(layer), 1)]);
    }
    answer
}

/// Which layer refused. A blocked prompt is counted with the edit that is stored for it.
fn layer_of(problem: &Problem) -> Option<Layer> {
    match problem {
        Problem::Refused(refusal) => Some(refusal.layer()),
        Problem::RateLimited(_) => Some(Layer::Abuse),
        _ => None,
    }
}

/// Layers 2 to 7.
async fn pass_layers(
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
        edit_id: EditId::new(now, cloud.random()),
        month: &month,
        guest: entry.guest(),
        address: entry.address.as_deref(),
        hour: &hour,
        idempotency: idempotency.as_ref(),
    };
    // The styles are cached most of the time; when they are not, both reads run at once.
    let (found, mut styles) = futures::try_join!(cloud.admission_facts(&query), cloud.styles())?;
    let request_hash = replay::request_hash(input);
    if let Some(before) = &found.idempotency {
        return replay::answer(cloud, &entry.event_id, before, &request_hash, settings).await;
    }
    let of_guest = settings.abuse_escalation_threshold_per_hour;
    let of_address = settings.abuse_address_threshold_per_hour;
    if found.guest_hour.has_reached(of_guest) || found.address_hour.has_reached(of_address) {
        signals::abuse(cloud, entry, &found, settings, false, now).await;
        return Err(Problem::RateLimited(seconds_left_in_hour(now)));
    }
    let mut admission = admission(&query, input, entry, &found, settings, &styles, now);
    if matches!(&admission, Err(problem) if is_about_styles(problem)) {
        styles = cloud.styles_since(now).await?;
        admission = self::admission(&query, input, entry, &found, settings, &styles, now);
    }
    if let Err(Problem::Refused(Refusal::BudgetHardCapReached)) = admission {
        let refused = Reached::Refused(found.budget.total());
        signals::budget(cloud, entry, &found, settings, refused, now).await;
    }
    let admission = admission?.with_idempotency(idempotency.clone(), request_hash.clone());
    mark_style_used(cloud, &admission.edit, &styles).await?;
    match cloud.admit(&admission, &found.budget).await {
        Ok(()) => {}
        Err(AdmitError::KeyTaken) => {
            return replay::answer_rival(cloud, &query, &request_hash, settings).await;
        }
        Err(error) => {
            // Others took the room after it was read: no reading has seen the cap reached.
            if let AdmitError::OverBudget(month) = error {
                signals::budget(cloud, entry, &found, settings, Reached::Refused(month), now).await;
            }
            return Err(refused(error, now));
        }
    }
    let edit = admission.edit;
    if edit.status.is_terminal() {
        signals::abuse(cloud, entry, &found, settings, true, now).await;
        return Err(Problem::PromptBlocked(edit.id));
    }
    let reserved = Reached::Reserved(edit.reserved_micro_usd);
    futures::join!(
        send(cloud, &edit, settings),
        signals::budget(cloud, entry, &found, settings, reserved, now)
    );
    Ok(EditAnswer {
        wait: Wait::of(&edit, &found.shard, now),
        output: None,
        edit,
    })
}

/// Whether a request is refused because of the styles there are. Those may be older than the style that it names.
fn is_about_styles(problem: &Problem) -> bool {
    match problem {
        Problem::Refused(Refusal::Invalid { pointer, .. }) => *pointer == "/style_key",
        Problem::Refused(refusal) => refusal.layer() == Layer::Style,
        _ => false,
    }
}

/// Marks a style before its first edit is written: a marked style cannot be erased. Cached styles are at most 30 s
/// old; after that, admissions see the mark and write none.
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

/// The admission to write: of an edit that is queued, or blocked by layer 6.
fn admission(
    query: &FactsQuery<'_>,
    input: &CreateEdit<'_>,
    entry: &Entry,
    found: &AdmissionFacts,
    settings: &Settings,
    styles: &[Style],
    now: Timestamp,
) -> Result<Admission, Problem> {
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
        month: found.budget.total(),
        load: Load {
            of_event: found.event_open,
            of_guest: found.guest_open,
        },
        edits_of_hour: EditsOfHour {
            of_guest: found.guest_hour.edits,
            of_event: found.event_hour,
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
        address: entry.address.as_deref(),
        edit_id: query.edit_id,
        now,
    };
    match guard::check(&input.request, &facts) {
        Verdict::Approved(approval) => {
            let approved = Admission::approved(&applicant, &input.request, *approval);
            Ok(approved
                .arriving(found.arrival())
                .within_hour(settings, found.event_hour))
        }
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

/// An unreachable queue is not the caller's problem: the edit is stored, and recovery sends it.
pub(crate) async fn send(cloud: &Cloud, edit: &Edit, settings: &Settings) {
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

fn refused(error: AdmitError, now: Timestamp) -> Problem {
    match error {
        AdmitError::PhotoGone => Problem::PhotoNotFound,
        AdmitError::TooManyInFlight => Refusal::TooManyInFlight.into(),
        AdmitError::TooManyThisHour => Refusal::TooManyThisHour(seconds_left_in_hour(now)).into(),
        AdmitError::OverBudget(_) => Refusal::BudgetHardCapReached.into(),
        AdmitError::KeyTaken | AdmitError::Contended => Problem::Unavailable,
        AdmitError::Port(error) => error.into(),
    }
}
