//! Getting edits in: one batch read, one transaction.

use domain::admission::{Admission, GuestChange, IDEMPOTENCY_RETENTION, IdempotencyKey, IdempotencyRecord};
use domain::budget::{BudgetMonth, Tenant};
use domain::event::Photo;
use domain::figures::Figures;
use domain::guard::abuse::GuestHour;
use domain::metric::{self, About};
use domain::{Edit, Event, EventId, PhotoId, TenantId};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;

use super::keys;
use super::read::Found;
use super::retention::{ASKED_AT, PRUNED_AT};
use super::write::{TransactionError, add_figures, at_most, change_budget};
use crate::table::{Condition, Key, Update, Write, number};
use crate::{AdmitError, Cloud, PortError};

/// How long a guest's counts of an hour are kept.
pub(super) const HOUR_RETENTION: SignedDuration = SignedDuration::from_hours(2);
/// How long a guest's count of open edits is kept after its last change. Longer than any edit can be under way, even
/// where edits are held back for days: a count that is gone would be made again below 0.
const OPEN_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A photo younger than this cannot be pruned: the shortest retention is a day. So on the evening of an event its edits
/// do not write its row.
const SAFE_FROM_PRUNING: SignedDuration = SignedDuration::from_hours(12);

/// Everything that the layers and the idempotency check need, read in one call.
#[derive(Debug, Clone, PartialEq)]
pub struct AdmissionFacts {
    /// `None` where it is gone.
    pub event: Option<Event>,
    pub tenant: Option<Tenant>,
    /// The photo; `None` where there is no such photo at this event, or pruning has begun to delete it.
    pub photo: Option<Photo>,
    /// The tenant's month.
    pub month: BudgetMonth,
    /// The event's month.
    pub figures: Figures,
    /// Edits of the guest that are under way, where the event limits them.
    pub guest_open: i64,
    /// What the guest has done in this hour.
    pub guest_hour: GuestHour,
    /// What everybody at the guest's address has done in this hour.
    pub address_hour: GuestHour,
    /// What the idempotency key was used for before.
    pub idempotency: Option<IdempotencyRecord>,
}

/// What [`Cloud::admission_facts`] looks for.
#[derive(Debug, Clone)]
pub struct FactsQuery<'a> {
    pub tenant_id: &'a TenantId,
    pub event_id: &'a EventId,
    pub photo_id: PhotoId,
    /// The accounting month, `2026-11`.
    pub month: &'a str,
    /// Hash of the guest's scope; `None` where no guest asks.
    pub guest: Option<&'a str>,
    /// Hash of the scope of the guest's address, where it is another.
    pub address: Option<&'a str>,
    /// The hour, `2026-11-22T14`.
    pub hour: &'a str,
    pub idempotency: Option<&'a IdempotencyKey>,
}

impl Cloud {
    /// One batch read of everything that an admission looks at.
    pub async fn admission_facts(&self, query: &FactsQuery<'_>) -> Result<AdmissionFacts, PortError> {
        let event = keys::event(query.event_id);
        let tenant = keys::tenant(query.tenant_id);
        let photo = keys::photo(query.event_id, query.photo_id);
        let month = keys::budget(query.tenant_id, query.month);
        let figures = keys::figures(query.event_id, query.month);
        let idempotency = query.idempotency.map(keys::idempotency);
        let guest_open = query.guest.map(keys::guest_open);
        let hour = |scope| keys::guest_hour(scope, query.hour);
        let (guest_hour, address_hour) = (query.guest.map(hour), query.address.map(hour));
        let fixed = [&event, &tenant, &photo, &month, &figures];
        let hours = guest_hour.iter().chain(&address_hour);
        let optional = idempotency.iter().chain(&guest_open).chain(hours);
        let found = self
            .read_together(fixed.into_iter().chain(optional).cloned())
            .await?;
        let remembered: Option<Remembered> = read(&found, idempotency, "an idempotency record")?;
        let guest_open: Option<GuestOpen> = read(&found, guest_open, "a guest's open edits")?;
        // DynamoDB removes what has expired when it gets round to it.
        let now = self.now().as_second();
        Ok(AdmissionFacts {
            event: found.get(&event, "an event")?,
            tenant: found.get(&tenant, "a tenant")?,
            photo: match found.item(&photo) {
                Some(item) if item.contains_key(PRUNED_AT) => None,
                _ => found.get(&photo, "a photo")?,
            },
            month: found.get(&month, "a budget")?.unwrap_or_default(),
            figures: found.get(&figures, "an event's figures")?.unwrap_or_default(),
            guest_open: guest_open.map_or(0, |guest| guest.open),
            guest_hour: read(&found, guest_hour, "a guest's hour")?.unwrap_or_default(),
            address_hour: read(&found, address_hour, "an address's hour")?.unwrap_or_default(),
            idempotency: remembered
                .filter(|held| now < held.expires_at)
                .map(|held| held.record),
        })
    }

    /// One transaction: all of it or nothing.
    pub async fn admit(&self, admission: &Admission) -> Result<(), AdmitError> {
        let edit = &admission.edit;
        let figures = add_figures(
            &edit.event_id,
            &edit.month,
            &admission.figures,
            admission.max_open,
        );
        let put_edit = Write::put(keys::edit_item(edit)?).when(Condition::Absent);
        let mut writes = vec![(Part::Edit, put_edit), (Part::Event, figures)];
        if let Some((key, record)) = &admission.idempotency {
            writes.push((Part::Key, self.remember(key, record)?));
        }
        if !edit.status.is_terminal() && may_be_pruned(edit) {
            writes.push((Part::Photo, hold_photo(edit)));
        }
        if let Some(change) = &admission.guest {
            writes.extend(
                self.change_guest(change)
                    .into_iter()
                    .map(|write| (Part::Guest, write)),
            );
        }
        if let Some(change) = &admission.budget {
            writes.push((Part::Budget, change_budget(change, admission.cap)));
        }
        let (parts, writes): (Vec<_>, Vec<_>) = writes.into_iter().unzip();
        self.transact(writes).await.map_err(|error| match error {
            TransactionError::Refused(items) => {
                let refused = items.iter().filter_map(|at| parts.get(*at)).min();
                refused.map_or(AdmitError::Contended, |part| part.refusal())
            }
            TransactionError::Contended => AdmitError::Contended,
            TransactionError::Port(error) => AdmitError::Port(error),
        })?;
        self.measure(About::edit(edit), &metric::of_admission(admission));
        Ok(())
    }
}

/// The parts of an admission, in the order in which their refusals count: a repeated request has nothing to do with
/// the limits any more, and the layers keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Key,
    Photo,
    Event,
    Guest,
    Budget,
    Edit,
}

impl Part {
    const fn refusal(self) -> AdmitError {
        match self {
            Self::Key => AdmitError::KeyTaken,
            Self::Photo => AdmitError::PhotoGone,
            Self::Event | Self::Guest => AdmitError::TooManyInFlight,
            Self::Budget => AdmitError::OverBudget,
            Self::Edit => AdmitError::Contended,
        }
    }
}

fn may_be_pruned(edit: &Edit) -> bool {
    edit.created_at.duration_since(edit.photo_id.created_at()) >= SAFE_FROM_PRUNING
}

/// The photo is there, and pruning leaves it alone from now on. See [`Cloud::give_up_photo`].
fn hold_photo(edit: &Edit) -> Write {
    let asked = Update::default().set(ASKED_AT, number(edit.created_at.as_second()));
    let is_there = Condition::Exists.and(Condition::missing(PRUNED_AT));
    Write::update(keys::photo(&edit.event_id, edit.photo_id), asked).when(is_there)
}

fn read<T: DeserializeOwned>(
    found: &Found,
    key: Option<Key>,
    what: &'static str,
) -> Result<Option<T>, PortError> {
    key.map(|key| found.get(&key, what))
        .transpose()
        .map(Option::flatten)
}

impl Cloud {
    fn change_guest(&self, change: &GuestChange) -> Vec<Write> {
        match change {
            GuestChange::Opens { scope_hash, max_open } => {
                let room = at_most("open", i64::from(*max_open) - 1);
                vec![self.add_open_of_guest(scope_hash, 1).when(room)]
            }
            GuestChange::Blocked {
                scope_hash,
                address,
                hour,
            } => {
                let expires_at = number(self.now().as_second() + HOUR_RETENTION.as_secs());
                let update = Update::default().add("blocked", 1).set("expires_at", expires_at);
                let count = |scope: &String| Write::update(keys::guest_hour(scope, hour), update.clone());
                std::iter::once(scope_hash).chain(address).map(count).collect()
            }
        }
    }

    /// Counts a guest's edits under way.
    pub(super) fn add_open_of_guest(&self, scope_hash: &str, amount: i64) -> Write {
        let expires_at = number(self.now().as_second() + OPEN_RETENTION.as_secs());
        let update = Update::default()
            .add("open", amount)
            .set("expires_at", expires_at);
        Write::update(keys::guest_open(scope_hash), update)
    }

    fn remember(&self, key: &IdempotencyKey, record: &IdempotencyRecord) -> Result<Write, PortError> {
        let now = self.now().as_second();
        let remembered = Remembered {
            record: record.clone(),
            expires_at: now + IDEMPOTENCY_RETENTION.as_secs(),
        };
        let free = Condition::Absent.or(Condition::le("expires_at", number(now)));
        Ok(Write::put(keys::item(keys::idempotency(key), remembered)?).when(free))
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Remembered {
    record: IdempotencyRecord,
    /// Seconds since 1970: the table's TTL attribute.
    expires_at: i64,
}

#[derive(serde::Deserialize)]
struct GuestOpen {
    open: i64,
}
