//! Getting edits in: one batch read, one transaction.

use domain::admission::{
    Admission, GuestChange, Hourly, IDEMPOTENCY_RETENTION, IdempotencyKey, IdempotencyRecord,
};
use domain::budget::Tenant;
use domain::budget::parts::{BudgetParts, Reservation};
use domain::edit::Arrival;
use domain::figures::Figures;
use domain::guard::abuse::GuestHour;
use domain::guard::rate::{EventHour, HOUR_SHARDS};
use domain::latency::LatencyHistogram;
use domain::metric::{self, About};
use domain::photo::Photo;
use domain::{Edit, EditId, Event, EventId, MicroUsd, PhotoId, TenantId};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;

use super::read::Found;
use super::retention::{ASKED_AT, PRUNED_AT};
use super::write::{TransactionError, at_most};
use super::{activity, budget, figures, keys};
use crate::patience::Patience;
use crate::table::{Condition, Key, Update, Write, number};
use crate::{AdmitError, Cloud, PortError};

/// How long a guest's counts of an hour are kept.
pub(super) const HOUR_RETENTION: SignedDuration = SignedDuration::from_hours(2);
/// How long a count of open edits is kept after its last change. Longer than any edit can be under way, even where edits
/// are held back for days: a count that is gone would be made again below 0.
const OPEN_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The attribute that counts edits, of a guest or of an event's shard.
const EDITS: &str = "edits";

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
    pub budget: BudgetParts,
    /// The event's month.
    pub figures: Figures,
    /// Provider latencies of the event's month.
    pub latencies: LatencyHistogram,
    /// The part of `figures` that will count the new edit.
    pub shard: Figures,
    /// Edits of the event that are under way, where it limits them.
    pub event_open: i64,
    /// Edits of the guest that are under way, where the event limits them.
    pub guest_open: i64,
    /// The event's edits of this hour.
    pub event_hour: EventHour,
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
    /// The edit's own id, if it is admitted.
    pub edit_id: EditId,
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

impl AdmissionFacts {
    /// What a new edit finds in its event's queue.
    pub fn arrival(&self) -> Arrival {
        Arrival::new(&self.figures, &self.shard, &self.latencies)
    }
}

impl Cloud {
    /// One batch read of everything that an admission looks at.
    pub async fn admission_facts(&self, query: &FactsQuery<'_>) -> Result<AdmissionFacts, PortError> {
        let event = keys::event(query.event_id);
        let tenant = keys::tenant(query.tenant_id);
        let photo = keys::photo(query.event_id, query.photo_id);
        let event_open = keys::event_open(query.event_id);
        let shard = figures::key_of(query.event_id, query.month, query.edit_id);
        let idempotency = query.idempotency.map(keys::idempotency);
        let guest_open = query.guest.map(keys::guest_open);
        let hour = |scope| keys::guest_hour(scope, query.hour);
        let (guest_hour, address_hour) = (query.guest.map(hour), query.address.map(hour));
        let fixed = [&event, &tenant, &photo, &event_open];
        let hours = guest_hour.iter().chain(&address_hour);
        let optional = idempotency.iter().chain(&guest_open).chain(hours);
        let single = fixed.into_iter().chain(optional).cloned();
        let figures = figures::all_keys(query.event_id, query.month);
        let budget = budget::parts_keys(query.tenant_id, query.month);
        let event_hour = hour_keys(query.event_id, query.hour);
        let found = self
            .read_together(single.chain(figures).chain(budget).chain(event_hour))
            .await?;
        let remembered: Option<Remembered> = read(&found, idempotency, "an idempotency record")?;
        let guest_open: Option<Open> = read(&found, guest_open, "a guest's open edits")?;
        let event_open: Option<Open> = found.get(&event_open, "an event's open edits")?;
        let (figures, latencies) = figures::sum(&found, query.event_id, query.month)?;
        // DynamoDB removes what has expired when it gets round to it.
        let now = self.now().as_second();
        Ok(AdmissionFacts {
            event: found.get(&event, "an event")?,
            tenant: found.get(&tenant, "a tenant")?,
            photo: match found.item(&photo) {
                Some(item) if item.contains_key(PRUNED_AT) => None,
                _ => found.get(&photo, "a photo")?,
            },
            budget: budget::parts(&found, query.tenant_id, query.month)?,
            figures,
            latencies,
            shard: figures::shard(&found, &shard)?,
            event_open: event_open.map_or(0, |event| event.open),
            guest_open: guest_open.map_or(0, |guest| guest.open),
            event_hour: hour_of_event(&found, query.event_id, query.hour)?,
            guest_hour: read(&found, guest_hour, "a guest's hour")?.unwrap_or_default(),
            address_hour: read(&found, address_hour, "an address's hour")?.unwrap_or_default(),
            idempotency: remembered
                .filter(|held| now < held.expires_at)
                .map(|held| held.record),
        })
    }

    /// One transaction: all of it or nothing. Where budget or hour have moved since they were read, or another transaction
    /// was in the way, they are read again, and reservation and shard chosen anew.
    pub async fn admit(&self, admission: &Admission, read: &BudgetParts) -> Result<(), AdmitError> {
        let mut patience = Patience::new();
        let mut parts = *read;
        let mut hour = admission
            .hourly
            .as_ref()
            .map(|hourly| hourly.of_event)
            .unwrap_or_default();
        loop {
            let writes = self.writes_of(admission, &parts, &hour)?;
            let (tagged, writes): (Vec<_>, Vec<_>) = writes.into_iter().unzip();
            match self.transact_once(&writes, &mut patience).await {
                Ok(()) => break,
                Err(TransactionError::Refused(items)) => {
                    let refused = items.iter().filter_map(|at| tagged.get(*at));
                    if let Some(refusal) = refused.clone().min().and_then(|part| part.refusal()) {
                        return Err(refusal);
                    }
                    if let Some(hourly) = &admission.hourly
                        && refused.clone().any(|part| *part == Part::EventHour)
                    {
                        hour = self.event_hour(&admission.edit.event_id, &hourly.hour).await?;
                    }
                }
                Err(TransactionError::Contended) => {}
                Err(TransactionError::Port(error)) => return Err(error.into()),
            }
            if !patience.pause().await {
                return Err(AdmitError::Contended);
            }
            if let Some(change) = &admission.budget {
                parts = self.budget(&change.tenant_id, &change.month).await?;
            }
        }
        self.measure(About::edit(&admission.edit), &metric::of_admission(admission));
        Ok(())
    }

    fn writes_of(
        &self,
        admission: &Admission,
        parts: &BudgetParts,
        hour: &EventHour,
    ) -> Result<Vec<(Part, Write)>, AdmitError> {
        let edit = &admission.edit;
        let put_edit = Write::put(keys::edit_item(edit)?).when(Condition::Absent);
        let counted = figures::add(edit, &admission.figures);
        let mut writes = vec![(Part::Edit, put_edit), (Part::Figures, counted)];
        writes.extend(activity::add(edit, &admission.figures).map(|write| (Part::Figures, write)));
        if let Some((key, record)) = &admission.idempotency {
            writes.push((Part::Key, self.remember(key, record)?));
        }
        if !edit.status.is_terminal() && may_be_pruned(edit) {
            writes.push((Part::Photo, hold_photo(edit)));
        }
        if let Some(max_open) = admission.max_open {
            let room = at_most("open", i64::from(max_open) - 1);
            let opened = self.add_open(keys::event_open(&edit.event_id), 1).when(room);
            writes.push((Part::Event, opened));
        }
        if let Some(change) = &admission.guest {
            writes.extend(
                self.change_guest(change)
                    .into_iter()
                    .map(|write| (Part::Guest, write)),
            );
        }
        if let Some(hourly) = &admission.hourly {
            writes.extend(self.count_in_hour_of(edit, hourly, hour)?);
        }
        if let Some(change) = &admission.budget {
            let reservation = self.reservation(parts, change.committed, admission.cap);
            let reservation = reservation.ok_or_else(|| AdmitError::OverBudget(parts.total()))?;
            let reserve = budget::reserve(&change.tenant_id, &change.month, &reservation);
            writes.extend(reserve.into_iter().map(|write| (Part::Budget, write)));
        }
        Ok(writes)
    }

    /// How to reserve an amount; `None` where it would pass the cap.
    pub(super) fn reservation(
        &self,
        parts: &BudgetParts,
        amount: MicroUsd,
        cap: Option<MicroUsd>,
    ) -> Option<Reservation> {
        let random = u64::try_from(self.random() >> 64).unwrap_or_default();
        parts.reserve(amount, cap, random)
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
    GuestHour,
    EventHour,
    Budget,
    Edit,
    Figures,
}

impl Part {
    /// `None`: others took the room here, which is no refusal as long as there is some elsewhere.
    fn refusal(self) -> Option<AdmitError> {
        match self {
            Self::Key => Some(AdmitError::KeyTaken),
            Self::Photo => Some(AdmitError::PhotoGone),
            Self::Event | Self::Guest => Some(AdmitError::TooManyInFlight),
            Self::GuestHour => Some(AdmitError::TooManyThisHour),
            Self::EventHour | Self::Budget => None,
            Self::Edit | Self::Figures => Some(AdmitError::Contended),
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

/// The keys of an event's hour.
fn hour_keys(event: &EventId, hour: &str) -> impl Iterator<Item = Key> {
    (0..HOUR_SHARDS).map(move |shard| keys::event_hour(event, hour, shard))
}

/// An event's hour, among items that were read together.
fn hour_of_event(found: &Found, event: &EventId, hour: &str) -> Result<EventHour, PortError> {
    let mut edits = EventHour::default();
    for (count, key) in edits.0.iter_mut().zip(hour_keys(event, hour)) {
        let shard: Option<CountOfHour> = found.get(&key, "an event's hour")?;
        *count = shard.map_or(0, |shard| shard.edits);
    }
    Ok(edits)
}

impl Cloud {
    async fn event_hour(&self, event: &EventId, hour: &str) -> Result<EventHour, PortError> {
        let found = self.read_together(hour_keys(event, hour)).await?;
        hour_of_event(&found, event, hour)
    }

    /// The writes that count an edit in its hour, each within its limit.
    fn count_in_hour_of(
        &self,
        edit: &Edit,
        hourly: &Hourly,
        hour: &EventHour,
    ) -> Result<Vec<(Part, Write)>, AdmitError> {
        let shard = hour.shard(hourly.most_of_event, edit.id.shard(HOUR_SHARDS));
        let shard = shard.ok_or(AdmitError::TooManyThisHour)?;
        let expires_at = number(self.now().as_second() + HOUR_RETENTION.as_secs());
        let update = Update::default().add(EDITS, 1).set("expires_at", expires_at);
        let count = |key, at_most: i64| {
            Write::update(key, update.clone()).when(super::write::at_most(EDITS, at_most))
        };
        let event = keys::event_hour(&edit.event_id, &hourly.hour, shard.number);
        let mut writes = vec![(Part::EventHour, count(event, shard.at_most.into()))];
        if let Some((scope, most)) = &hourly.guest {
            let guest = keys::guest_hour(scope, &hourly.hour);
            writes.push((Part::GuestHour, count(guest, i64::from(*most) - 1)));
        }
        Ok(writes)
    }

    fn change_guest(&self, change: &GuestChange) -> Vec<Write> {
        match change {
            GuestChange::Opens { scope_hash, max_open } => {
                let room = at_most("open", i64::from(*max_open) - 1);
                vec![self.add_open(keys::guest_open(scope_hash), 1).when(room)]
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

    /// Counts edits under way, of a guest or an event.
    pub(super) fn add_open(&self, key: Key, amount: i64) -> Write {
        let expires_at = number(self.now().as_second() + OPEN_RETENTION.as_secs());
        let update = Update::default()
            .add("open", amount)
            .set("expires_at", expires_at);
        Write::update(key, update)
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

/// A shard of an event's hour.
#[derive(serde::Deserialize)]
struct CountOfHour {
    edits: u32,
}

/// Edits under way, of a guest or an event.
#[derive(serde::Deserialize)]
struct Open {
    open: i64,
}
