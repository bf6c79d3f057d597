//! What the use cases ask of the outside world, in small traits: a function sees only what it needs, and what its
//! policy allows. `cloud` implements them on AWS.

mod operations;
mod retention;
mod tenant;
mod watch;

pub mod admin;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use crate::admission::{Admission, IdempotencyKey, IdempotencyRecord};
use crate::breaker::{Breaker, Breakers};
use crate::budget::{BudgetAlert, BudgetMonth, Tenant};
use crate::edit::{Edit, Move};
use crate::event::{Event, Photo, TokenGrant};
use crate::figures::Figures;
use crate::guard::abuse::GuestHour;

use crate::id::{EditId, EventId, PhotoId, TenantId};
use crate::message::{PollMessage, SubmitMessage};
use crate::provider::ProviderName;
use crate::settings::Settings;
use crate::style::Style;
use crate::summary::LatencyHistogram;
use crate::symptom::Symptom;

pub use operations::{EditKey, FoundEdits, OpenEdits, SubmitBatches};
pub use retention::{ObjectRemoval, PastBooks, PastEdits};
pub use tenant::{EditLists, Policies, Summaries, SummaryItems};
pub use watch::{Announcements, Meter};

/// The outside world did not do what it was asked.
#[derive(Debug, Error)]
pub enum PortError {
    /// Throttled, unreachable or broken for the moment: worth another try. Says which call; never what was in it.
    #[error("{0} is unavailable")]
    Unavailable(String),
    /// What is stored cannot be read; another try will not help.
    #[error("{0} holds something unreadable")]
    Unreadable(String),
}

/// Why an admission was not written.
#[derive(Debug, Error)]
pub enum AdmitError {
    /// The idempotency key was used in the meantime.
    #[error("the idempotency key is in use")]
    KeyTaken,
    /// The reservation would pass the hard cap.
    #[error("the tenant's budget has no room")]
    OverBudget,
    /// As many edits under way as the event's policy allows.
    #[error("too many edits are under way")]
    TooManyInFlight,
    /// Too many at once, after all retries.
    #[error("too many admissions at the same moment")]
    Contended,
    /// Anything else.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why a move was not written.
#[derive(Debug, Error)]
pub enum MoveError {
    /// The edit is no longer where the move starts: somebody else was faster.
    #[error("the edit has moved in the meantime")]
    Superseded,
    /// What the move reserves on top would pass the hard cap.
    #[error("the tenant's budget has no room")]
    OverBudget,
    /// Anything else.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why an object was not read.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// There is none.
    #[error("the object does not exist")]
    Missing,
    /// It is larger than the caller takes.
    #[error("the object has {0} bytes, more than allowed")]
    TooLarge(u64),
    /// Anything else.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Everything that the layers and the idempotency check need, read in one call.
#[derive(Debug, Clone, PartialEq)]
pub struct AdmissionFacts {
    /// The event; `None` where it is gone.
    pub event: Option<Event>,
    /// Its tenant.
    pub tenant: Option<Tenant>,
    /// The photo; `None` where there is no such photo at this event.
    pub photo: Option<Photo>,
    /// The tenant's month.
    pub month: BudgetMonth,
    /// The event's month.
    pub figures: Figures,
    /// Edits of the guest that are under way, where the event limits them.
    pub guest_open: i64,
    /// What the guest has done in this hour.
    pub guest_hour: GuestHour,
    /// What the idempotency key was used for before.
    pub idempotency: Option<IdempotencyRecord>,
}

/// What [`Admissions::admission_facts`] is asked for.
#[derive(Debug, Clone)]
pub struct FactsQuery<'a> {
    /// The event's tenant.
    pub tenant_id: &'a TenantId,
    /// The event.
    pub event_id: &'a EventId,
    /// The photo.
    pub photo_id: PhotoId,
    /// The accounting month.
    pub month: &'a str,
    /// The guest, if it is one.
    pub guest: Option<&'a str>,
    /// The hour, `2026-11-22T14`.
    pub hour: &'a str,
    /// The caller's key, if it sent one.
    pub idempotency: Option<&'a IdempotencyKey>,
}

/// Event tokens.
pub trait Tokens {
    /// What a token opens, by the token's hash.
    fn grant(&self, token_hash: &str) -> impl Future<Output = Result<Option<TokenGrant>, PortError>> + Send;
}

/// Slugs of events.
pub trait Slugs {
    /// The event that a tenant's slug names.
    fn event_of_slug(
        &self,
        tenant: &TenantId,
        slug: &str,
    ) -> impl Future<Output = Result<Option<EventId>, PortError>> + Send;
}

/// Events.
pub trait Events {
    /// An event.
    fn event(&self, id: &EventId) -> impl Future<Output = Result<Option<Event>, PortError>> + Send;
}

/// Photos of events.
pub trait Photos {
    /// Registers a photo.
    fn put_photo(&self, photo: &Photo) -> impl Future<Output = Result<(), PortError>> + Send;

    /// A page of an event's photos, newest first, after a photo.
    fn photos(
        &self,
        event: &EventId,
        after: Option<PhotoId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Photo>, PortError>> + Send;
}

/// Getting edits in.
pub trait Admissions {
    /// One batch read of everything that an admission looks at.
    fn admission_facts(
        &self,
        query: &FactsQuery<'_>,
    ) -> impl Future<Output = Result<AdmissionFacts, PortError>> + Send;

    /// One transaction: all of it or nothing.
    fn admit(&self, admission: &Admission) -> impl Future<Output = Result<(), AdmitError>> + Send;
}

/// Signals that must be given once, however many workers see their cause.
pub trait Signals {
    /// Stores a budget alert unless one of its kind was stored within the cooldown; true where it was stored.
    fn raise_budget_alert(
        &self,
        alert: &BudgetAlert,
        cooldown: SignedDuration,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Marks a guest's hour as escalated; true for whoever marks it first.
    fn mark_escalated(
        &self,
        event: &EventId,
        scope_hash: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// An event's counters of a month.
    fn figures(
        &self,
        event: &EventId,
        month: &str,
    ) -> impl Future<Output = Result<Figures, PortError>> + Send;

    /// Marks a symptom in an event's month unless it was marked within the cooldown; true for whoever marked it.
    fn mark_symptom(
        &self,
        event: &EventId,
        month: &str,
        symptom: Symptom,
        cooldown: SignedDuration,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// Edits that are under way.
pub trait Edits {
    /// An edit.
    fn edit(
        &self,
        event: &EventId,
        id: EditId,
    ) -> impl Future<Output = Result<Option<Edit>, PortError>> + Send;

    /// An edit with its event's counters of the month it was made in.
    fn edit_with_figures(
        &self,
        event: &EventId,
        id: EditId,
    ) -> impl Future<Output = Result<Option<(Edit, Figures)>, PortError>> + Send;

    /// How many queued edits of the event were made before this one; counts to 100 at most.
    fn queued_ahead(
        &self,
        event: &EventId,
        id: EditId,
    ) -> impl Future<Output = Result<u64, PortError>> + Send;
}

/// Working on edits.
pub trait Work {
    /// An edit with everything that working on it takes, in one read.
    fn edit_in_context(
        &self,
        tenant: &TenantId,
        event: &EventId,
        id: EditId,
    ) -> impl Future<Output = Result<EditInContext, PortError>> + Send;

    /// The only way an edit moves: one transaction, on condition that it still is where the move starts.
    fn apply(&self, made: &Move) -> impl Future<Output = Result<(), MoveError>> + Send;
}

/// See [`Work::edit_in_context`].
#[derive(Debug, Clone, PartialEq)]
pub struct EditInContext {
    /// The edit; `None` where it is gone.
    pub edit: Option<Edit>,
    /// Its event.
    pub event: Option<Event>,
    /// Its tenant.
    pub tenant: Option<Tenant>,
    /// Which providers are in service.
    pub breakers: Breakers,
    /// Provider latencies of its event in the month it was made in.
    pub latencies: LatencyHistogram,
}

/// Which providers are in service.
pub trait ProviderHealth {
    /// The breakers of all providers. Working on an edit needs no call for it: see [`EditInContext::breakers`].
    fn breakers(&self) -> impl Future<Output = Result<Breakers, PortError>> + Send;

    /// Writes a breaker's next version, on condition that the one before it is stored; false where somebody else
    /// was faster.
    fn save_breaker(
        &self,
        provider: ProviderName,
        next: &Breaker,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// The catalogue of styles.
pub trait Catalog {
    /// Every style, at most 30 s old.
    fn styles(&self) -> impl Future<Output = Result<Arc<Vec<Style>>, PortError>> + Send;
}

/// Runtime settings.
pub trait SettingsSource {
    /// The settings, at most 30 s old while SSM answers; an error only where they could never be read.
    fn settings(&self) -> impl Future<Output = Result<Arc<Settings>, PortError>> + Send;
}

/// Secrets of providers.
pub trait Secrets {
    /// The API key of a provider; `None` where the operator has set none.
    fn api_key(
        &self,
        provider: ProviderName,
    ) -> impl Future<Output = Result<Option<ApiKey>, PortError>> + Send;
}

/// The secret that webhook addresses are signed with.
pub trait WebhookKey {
    /// The key; `None` where the operator has set none, and so wants no webhooks.
    fn webhook_key(&self) -> impl Future<Output = Result<Option<ApiKey>, PortError>> + Send;
}

/// Hints that were taken: a bounded number, however often they are given.
pub trait Hints {
    /// Takes a hint at an attempt; false where one was taken within the quiet time before.
    fn take_hint(
        &self,
        edit: EditId,
        attempt: u32,
        quiet: SignedDuration,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// A secret that does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Wraps a secret.
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret, for the one header it belongs in.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// A URL that works by itself for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presigned {
    /// Where.
    pub url: String,
    /// `GET` or `PUT`.
    pub method: &'static str,
    /// Headers that must be sent along.
    pub headers: Vec<(String, String)>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Making URLs that work by themselves.
pub trait Presign {
    /// To read an object.
    fn presign_get(&self, key: &str) -> impl Future<Output = Result<Presigned, PortError>> + Send;

    /// To write an object of exactly this type and size.
    fn presign_put(
        &self,
        key: &str,
        mime_type: &str,
        size_bytes: u64,
    ) -> impl Future<Output = Result<Presigned, PortError>> + Send;
}

/// Objects in the bucket.
pub trait Objects {
    /// Reads an object of at most this size; the size is known before the first byte is read.
    fn get(&self, key: &str, max_bytes: u64) -> impl Future<Output = Result<Bytes, ObjectError>> + Send;

    /// Whether there is an object of this name. Reads nothing of it.
    fn exists(&self, key: &str) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Writes an object.
    fn put(
        &self,
        key: &str,
        body: Bytes,
        mime_type: &str,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// The queues.
pub trait Queues {
    /// Sends an edit to the workers that submit, to the queue of this name or the stack's own.
    fn send_submit(
        &self,
        queue_name: Option<&str>,
        message: &SubmitMessage,
        delay: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Sends an edit to the workers that poll.
    fn send_poll(
        &self,
        message: &PollMessage,
        delay: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
