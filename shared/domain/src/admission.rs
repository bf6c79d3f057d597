//! What an admitted edit writes, in one transaction.

use jiff::Timestamp;

use crate::budget::BudgetChange;
use crate::context::{hour_of, month_of};
use crate::edit::{Arrival, Edit, Failure, FailureCode, Origin, PATIENCE, Status};
use crate::event::Event;
use crate::figures::{Counter, FiguresChange};
use crate::guard::rate::EventHour;
use crate::guard::{Approval, EditRequest};
use crate::id::EditId;
pub use crate::idempotency::{IDEMPOTENCY_RETENTION, IdempotencyKey, IdempotencyRecord};
use crate::money::MicroUsd;
use crate::photo::Photo;
use crate::settings::Settings;

/// A new edit, with everything that is written along with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Admission {
    /// Must not exist yet.
    pub edit: Edit,
    /// Must not exist yet.
    pub idempotency: Option<(IdempotencyKey, IdempotencyRecord)>,
    /// The reservation; none for a blocked prompt.
    pub budget: Option<BudgetChange>,
    /// The committed amount must not pass it.
    pub cap: Option<MicroUsd>,
    /// Added to the event's counters.
    pub figures: FiguresChange,
    /// Edits of the event that may be under way, this one included; counted only where the event limits them.
    pub max_open: Option<u32>,
    /// Added to the guest's counts.
    pub guest: Option<GuestChange>,
    /// Counted among the edits of this hour; none for a blocked prompt.
    pub hourly: Option<Hourly>,
}

/// Where an edit counts in its hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hourly {
    /// `2026-11-22T14`
    pub hour: String,
    /// The guest's scope, and the edits that it may have in the hour; `None` for an organiser's edit.
    pub guest: Option<(String, u32)>,
    /// Edits that the event may have in the hour.
    pub most_of_event: u32,
    /// The event's hour, as it was read.
    pub of_event: EventHour,
}

/// The change of a guest's counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuestChange {
    /// One more edit under way, below a limit.
    Opens {
        scope_hash: String,
        /// Edits that may be under way, this one included.
        max_open: u32,
    },
    /// One more blocked prompt in this hour.
    Blocked {
        scope_hash: String,
        /// The scope of the guest's address, where that is another one.
        address: Option<String>,
        /// `2026-11-22T14`
        hour: String,
    },
}

/// The caller of an admission: guest or tenant, event, photo, time.
#[derive(Debug, Clone, PartialEq)]
pub struct Applicant<'a> {
    pub event: &'a Event,
    pub photo: &'a Photo,
    pub origin: Origin,
    /// The scope of a guest's address, where it is another than the guest's own.
    pub address: Option<&'a str>,
    /// The new edit's id.
    pub edit_id: EditId,
    pub now: Timestamp,
}

impl Admission {
    /// An approved edit: queued, with its estimate reserved.
    pub fn approved(applicant: &Applicant<'_>, request: &EditRequest, approval: Approval) -> Self {
        let (cap, reserved) = (approval.cap, approval.reserve);
        let mut edit = new_edit(applicant, request, approval);
        let policy = &applicant.event.policy;
        let guest = match (&applicant.origin, policy.max_in_flight_per_guest) {
            (Origin::Guest { scope_hash }, Some(max_open)) => {
                edit.counts_for_guest = true;
                Some(GuestChange::Opens {
                    scope_hash: scope_hash.clone(),
                    max_open,
                })
            }
            _ => None,
        };
        edit.counts_for_event = policy.max_in_flight_per_event.is_some();
        let mut figures = FiguresChange::default();
        figures.add(Counter::Total, 1);
        figures.add(Counter::Queued, 1);
        figures.add(Counter::ReservedMicroUsd, reserved.get());
        let budget = BudgetChange {
            tenant_id: edit.tenant_id.clone(),
            month: edit.month.clone(),
            committed: reserved,
            spent: MicroUsd::ZERO,
        };
        Self {
            edit,
            idempotency: None,
            budget: Some(budget),
            cap,
            figures,
            max_open: policy.max_in_flight_per_event,
            guest,
            hourly: None,
        }
    }

    /// An edit whose prompt is blocked: stored as such, with no reservation.
    pub fn prompt_blocked(applicant: &Applicant<'_>, request: &EditRequest, approval: Approval) -> Self {
        let mut edit = new_edit(applicant, request, approval);
        edit.status = Status::Blocked;
        edit.reserved_micro_usd = MicroUsd::ZERO;
        edit.completed_at = Some(applicant.now);
        edit.failure = Some(Failure {
            code: FailureCode::PromptBlocked,
            detail: None,
        });
        let mut figures = FiguresChange::default();
        figures.add(Counter::Total, 1);
        figures.add(Counter::Blocked, 1);
        figures.add(Counter::ModerationHits, 1);
        Self {
            edit,
            idempotency: None,
            budget: None,
            cap: None,
            figures,
            max_open: None,
            guest: match &applicant.origin {
                Origin::Guest { scope_hash } => {
                    let hour = hour_of(applicant.now);
                    Some(GuestChange::Blocked {
                        scope_hash: scope_hash.clone(),
                        address: applicant.address.map(str::to_owned),
                        hour,
                    })
                }
                Origin::Tenant => None,
            },
            hourly: None,
        }
    }

    /// Counts the edit in its hour, within the limits of the settings.
    pub fn within_hour(mut self, settings: &Settings, of_event: EventHour) -> Self {
        let guest = match &self.edit.origin {
            Origin::Guest { scope_hash } => Some((scope_hash.clone(), settings.edits_per_guest_and_hour)),
            Origin::Tenant => None,
        };
        self.hourly = Some(Hourly {
            hour: hour_of(self.edit.created_at),
            guest,
            most_of_event: settings.edits_per_event_and_hour,
            of_event,
        });
        self
    }

    /// Remembers what the edit found in its event's queue.
    pub fn arriving(mut self, arrival: Arrival) -> Self {
        self.edit.arrival = Some(arrival);
        self
    }

    /// Remembers the request under its key.
    pub fn with_idempotency(mut self, key: Option<IdempotencyKey>, request_hash: String) -> Self {
        let edit_id = self.edit.id;
        self.edit.idempotency_key.clone_from(&key);
        self.idempotency = key.map(|key| {
            (
                key,
                IdempotencyRecord {
                    request_hash,
                    edit_id,
                },
            )
        });
        self
    }
}

fn new_edit(applicant: &Applicant<'_>, request: &EditRequest, approval: Approval) -> Edit {
    let now = applicant.now;
    Edit {
        id: applicant.edit_id,
        event_id: applicant.event.id.clone(),
        tenant_id: applicant.event.tenant_id.clone(),
        event_slug: applicant.event.slug.clone(),
        photo_id: applicant.photo.id,
        origin: applicant.origin.clone(),
        counts_for_guest: false,
        counts_for_event: false,
        arrival: None,
        idempotency_key: None,
        status: Status::Queued,
        style_key: request.style_key.clone(),
        style_version: approval.style_version,
        prompt: request.prompt.clone(),
        negative_prompt: request.negative_prompt.clone(),
        rendered_prompt: approval.rendered_prompt,
        rendered_negative_prompt: approval.rendered_negative_prompt,
        provider: approval.provider,
        model: approval.model,
        seed: None,
        attempt: 0,
        attempts: Vec::new(),
        polls: 0,
        provider_latency_ms: None,
        month: month_of(now),
        estimate_micro_usd: Some(approval.estimate),
        reserved_micro_usd: approval.reserve,
        cost_micro_usd: None,
        output: None,
        provider_url: None,
        failure: None,
        review: None,
        deleted_at: None,
        created_at: now,
        updated_at: now,
        completed_at: None,
        deadline_at: now.saturating_add(PATIENCE).unwrap_or(now),
    }
}
