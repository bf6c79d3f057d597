//! The law of money: for any interleaving of admission, settlement, release, another delivery and death, the ledger is
//! the counters, and what is committed stays within the hard cap.
//!
//! The rules run against a store in memory that has the conditions of the real one and no others: all of a transaction
//! or nothing of it. Workers act on what they have read, which may be old by then.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use domain::admission::{Admission, Applicant, GuestChange, IdempotencyKey};
use domain::budget::{BudgetChange, BudgetMonth, LedgerEntry};
use domain::context::month_of;
use domain::edit::{Move, Origin, Route, Step, StoredOutput};
use domain::event::EventPolicy;
use domain::figures::{Counter, FiguresChange};
use domain::guard::{Approval, EditRequest, GrantedBy};
use domain::photo::{Photo, PhotoState};
use domain::settings::ProviderMode;
use domain::{Edit, EditId, Event, FailureCode, MicroUsd, PhotoId, ProviderName, Status};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// Room for a few edits, so that the cap is met often.
const CAP: MicroUsd = MicroUsd::new(150_000);
const MOST_OF_GUEST: u32 = 2;
const MOST_OF_EVENT: u32 = 3;
const GUESTS: u8 = 2;

/// What the table holds of one tenant with one event.
#[derive(Default)]
struct Store {
    edits: BTreeMap<EditId, Edit>,
    months: BTreeMap<String, BudgetMonth>,
    figures: BTreeMap<String, BTreeMap<Counter, i64>>,
    ledger: Vec<LedgerEntry>,
    keys: BTreeMap<String, EditId>,
    open_of_guest: BTreeMap<String, i64>,
    open_of_event: i64,
}

impl Store {
    /// The admission transaction; false where one of its conditions does not hold.
    fn admit(&mut self, admission: &Admission) -> bool {
        let edit = &admission.edit;
        let key = admission.idempotency.as_ref().map(|(key, _)| key.key.clone());
        let event_is_full = admission
            .max_open
            .is_some_and(|most| self.open_of_event >= i64::from(most));
        let guest_is_full = match &admission.guest {
            Some(GuestChange::Opens { scope_hash, max_open }) => {
                self.open_of(scope_hash) >= i64::from(*max_open)
            }
            _ => false,
        };
        let taken = key.as_ref().is_some_and(|key| self.keys.contains_key(key));
        let over = admission
            .budget
            .as_ref()
            .is_some_and(|change| !self.has_room(change, admission.cap));
        if taken || event_is_full || guest_is_full || over || self.edits.contains_key(&edit.id) {
            return false;
        }
        self.open_of_event += i64::from(admission.max_open.is_some());
        self.keys.extend(key.map(|key| (key, edit.id)));
        if let Some(GuestChange::Opens { scope_hash, .. }) = &admission.guest {
            *self.open_of_guest.entry(scope_hash.clone()).or_default() += 1;
        }
        self.book(admission.budget.as_ref(), &edit.month, &admission.figures);
        self.edits.insert(edit.id, edit.clone());
        true
    }

    /// The transaction of a move; false where one of its conditions does not hold.
    fn apply(&mut self, made: &Move) -> bool {
        let id = made.edit.id;
        let is_unmoved = self
            .edits
            .get(&id)
            .is_some_and(|edit| (edit.status, edit.attempt) == (made.from_status, made.from_attempt));
        let over = made
            .budget
            .as_ref()
            .is_some_and(|change| !self.has_room(change, made.cap));
        let is_booked = made.ledger.is_some() && self.ledger.iter().any(|entry| entry.edit_id == id);
        if !is_unmoved || over || is_booked {
            return false;
        }
        self.book(made.budget.as_ref(), &made.edit.month, &made.figures);
        self.ledger.extend(made.ledger.clone());
        if let Some(scope_hash) = &made.frees_guest {
            *self.open_of_guest.entry(scope_hash.clone()).or_default() -= 1;
        }
        self.open_of_event -= i64::from(made.frees_event);
        self.edits.insert(id, made.edit.clone());
        true
    }

    /// `committed <= cap - change`, as the store asks.
    fn has_room(&self, change: &BudgetChange, cap: Option<MicroUsd>) -> bool {
        cap.is_none_or(|cap| self.month(&change.month).committed <= cap - change.committed)
    }

    fn book(&mut self, budget: Option<&BudgetChange>, month: &str, figures: &FiguresChange) {
        if let Some(change) = budget {
            let held = self.months.entry(change.month.clone()).or_default();
            held.committed = held.committed + change.committed;
            held.spent = held.spent + change.spent;
        }
        for (counter, amount) in figures.iter() {
            *self
                .figures
                .entry(month.to_owned())
                .or_default()
                .entry(counter)
                .or_default() += amount;
        }
    }

    fn month(&self, month: &str) -> BudgetMonth {
        self.months.get(month).copied().unwrap_or_default()
    }

    fn figure(&self, month: &str, counter: Counter) -> i64 {
        let held = self.figures.get(month).and_then(|held| held.get(&counter));
        held.copied().unwrap_or(0)
    }

    fn open_of(&self, scope_hash: &str) -> i64 {
        self.open_of_guest.get(scope_hash).copied().unwrap_or(0)
    }

    /// Everything adds up, whatever has happened so far.
    fn check(&self) -> Result<(), TestCaseError> {
        let months = self.edits.values().map(|edit| edit.month.as_str());
        for month in months.chain(self.months.keys().map(String::as_str)) {
            self.check_month(month)?;
        }
        for guest in 0..GUESTS {
            let scope = scope(guest);
            let origin = Origin::Guest {
                scope_hash: scope.clone(),
            };
            let open = self
                .edits
                .values()
                .filter(|edit| edit.origin == origin && !edit.status.is_terminal());
            prop_assert_eq!(self.open_of(&scope), i64::try_from(open.count()).unwrap());
            prop_assert!(self.open_of(&scope) <= i64::from(MOST_OF_GUEST));
        }
        // The limit knows no month.
        let open = self
            .edits
            .values()
            .filter(|edit| !edit.status.is_terminal())
            .count();
        prop_assert_eq!(self.open_of_event, i64::try_from(open).unwrap());
        prop_assert!(open <= MOST_OF_EVENT as usize);
        for edit in self.edits.values() {
            let entries = self.ledger.iter().filter(|entry| entry.edit_id == edit.id);
            let was_reserved = edit.status.is_terminal() && !is_blocked_prompt(edit);
            prop_assert_eq!(entries.count(), usize::from(was_reserved), "{:?}", edit.status);
        }
        Ok(())
    }

    fn check_month(&self, month: &str) -> Result<(), TestCaseError> {
        let held = self.month(month);
        let of_month = || self.edits.values().filter(|edit| edit.month == month);
        let entries = || self.ledger.iter().filter(|entry| entry.month == month);
        let booked: MicroUsd = entries().map(|entry| entry.amount_micro_usd).sum();
        prop_assert_eq!(booked, held.spent, "the ledger is the counter");
        prop_assert_eq!(self.figure(month, Counter::SpentMicroUsd), held.spent.get());
        let reserved: MicroUsd = of_month()
            .filter(|edit| !edit.status.is_terminal())
            .map(|edit| edit.reserved_micro_usd)
            .sum();
        prop_assert_eq!(self.figure(month, Counter::ReservedMicroUsd), reserved.get());
        prop_assert_eq!(held.committed, held.spent + reserved);
        // A provider that takes more than it was expected to has been paid already; nothing else passes the cap.
        let overrun: MicroUsd = entries()
            .map(|entry| entry.amount_micro_usd - entry.reserved_micro_usd)
            .filter(|over| *over > MicroUsd::ZERO)
            .sum();
        prop_assert!(
            held.committed <= CAP + overrun,
            "{} over the cap",
            held.committed - CAP
        );
        for (status, counter) in [
            (Status::Queued, Counter::Queued),
            (Status::Processing, Counter::Processing),
            (Status::Succeeded, Counter::Succeeded),
            (Status::Failed, Counter::Failed),
            (Status::Blocked, Counter::Blocked),
        ] {
            let count = of_month().filter(|edit| edit.status == status).count();
            prop_assert_eq!(
                self.figure(month, counter),
                i64::try_from(count).unwrap(),
                "{:?}",
                status
            );
        }
        prop_assert_eq!(
            self.figure(month, Counter::Total),
            i64::try_from(of_month().count()).unwrap()
        );
        Ok(())
    }
}

/// Refused by layer 6: nothing was reserved. A failure that came later has its detail for operators.
fn is_blocked_prompt(edit: &Edit) -> bool {
    let failure = edit.failure.as_ref();
    failure.is_some_and(|failure| failure.code == FailureCode::PromptBlocked && failure.detail.is_none())
}

/// What happens next.
#[derive(Debug, Clone)]
enum Happening {
    /// A request comes in, perhaps again.
    Request {
        guest: u8,
        estimate: i64,
        key: Option<u8>,
        blocked: bool,
    },
    /// A message is delivered, perhaps again: a worker reads the edit as it is now.
    Delivery(prop::sample::Index),
    /// A worker does something about what it has read, and may do it again.
    Work(prop::sample::Index, Step),
    /// A worker dies with what it has read.
    Death(prop::sample::Index),
    /// Time passes.
    Pause(u32),
}

fn happening() -> impl Strategy<Value = Happening> {
    let index = any::<prop::sample::Index>;
    let request = (
        0..GUESTS,
        0_i64..70_000,
        prop::option::of(0_u8..4),
        prop::bool::weighted(0.1),
    );
    let request = request.prop_map(|(guest, estimate, key, blocked)| Happening::Request {
        guest,
        estimate,
        key,
        blocked,
    });
    prop_oneof![
        3 => request,
        4 => index().prop_map(Happening::Delivery),
        8 => (index(), step()).prop_map(|(index, step)| Happening::Work(index, step)),
        1 => index().prop_map(Happening::Death),
        1 => (1_u32..20 * 86_400).prop_map(Happening::Pause),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let cost = || prop::option::of((0_i64..90_000).prop_map(MicroUsd::new));
    let code = (0..FailureCode::ALL.len()).prop_map(|index| FailureCode::ALL[index]);
    let fall_back = (0_i64..90_000).prop_map(|estimate| Route {
        provider: ProviderName::Fal,
        model: "there".to_owned(),
        estimate: MicroUsd::new(estimate),
        cap: Some(CAP),
    });
    let route = || prop::option::weighted(0.3, fall_back.clone());
    let detail = String::new;
    prop_oneof![
        4 => (route(), any::<bool>()).prop_map(|(route, held)| Step::Claim { route, mode: ProviderMode::Live, held }),
        1 => Just(Step::Accept { handle: "h".to_owned() }),
        2 => (code.clone(), cost(), route()).prop_map(move |(code, cost, route)| Step::Retry { code, detail: detail(), polls: 1, cost, route }),
        3 => cost().prop_map(|cost| Step::Succeed { output: output(), cost, provider_url: None, seed: None, polls: 2, received_at: Timestamp::UNIX_EPOCH }),
        2 => (code, cost()).prop_map(move |(code, cost)| Step::Fail { code, detail: detail(), polls: 0, cost }),
    ]
}

fn output() -> StoredOutput {
    StoredOutput {
        object_key: "k".to_owned(),
        thumbnail_key: "t".to_owned(),
        mime_type: "image/jpeg".to_owned(),
        width: 1,
        height: 1,
        bytes: 1,
        sha256: "00".to_owned(),
    }
}

fn scope(guest: u8) -> String {
    format!("guest-{guest}")
}

fn event() -> Event {
    Event {
        id: "e1".parse().unwrap(),
        tenant_id: "t1".parse().unwrap(),
        slug: "party".parse().unwrap(),
        name: "Party".to_owned(),
        package: None,
        addons: Vec::new(),
        policy: EventPolicy {
            max_in_flight_per_guest: Some(MOST_OF_GUEST),
            max_in_flight_per_event: Some(MOST_OF_EVENT),
            ..EventPolicy::default()
        },
        watermark: None,
        policy_version: 0,
        created_at: None,
        scope_key: "00".repeat(16),
    }
}

fn admission(happening: &Happening, number: u128, now: Timestamp) -> Option<Admission> {
    let Happening::Request {
        guest,
        estimate,
        key,
        blocked,
    } = happening
    else {
        return None;
    };
    let event = event();
    let photo = Photo {
        id: PhotoId::new(now, 1),
        event_id: event.id.clone(),
        guest: Some(scope(*guest)),
        consent: None,
        mime_type: "image/jpeg".to_owned(),
        size_bytes: 1,
        object_key: "p".to_owned(),
        created_at: now,
        state: PhotoState::AwaitingUpload,
    };
    let applicant = Applicant {
        event: &event,
        photo: &photo,
        origin: Origin::Guest {
            scope_hash: scope(*guest),
        },
        address: None,
        edit_id: EditId::new(now, number),
        now,
    };
    let estimate = MicroUsd::new(*estimate);
    let approval = Approval {
        granted_by: GrantedBy::Package,
        style_version: Some(1),
        estimate,
        reserve: estimate,
        cap: Some(CAP),
        provider: ProviderName::Runware,
        model: "here".to_owned(),
        rendered_prompt: "p".to_owned(),
        rendered_negative_prompt: None,
    };
    let request = EditRequest::default();
    let made = if *blocked {
        Admission::prompt_blocked(&applicant, &request, approval)
    } else {
        Admission::approved(&applicant, &request, approval)
    };
    let key = key.map(|key| IdempotencyKey {
        scope: scope(*guest),
        key: format!("{guest}-{key}"),
    });
    Some(made.with_idempotency(key, "hash".to_owned()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_ledger_is_the_counters_and_the_cap_holds(happenings in prop::collection::vec(happening(), 1..80)) {
        let mut store = Store::default();
        let mut hands: Vec<Edit> = Vec::new();
        // Late in a month, so that many a pause ends in the next.
        let mut now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        for (number, happening) in (1..).zip(&happenings) {
            now += SignedDuration::from_secs(1);
            match happening {
                Happening::Request { .. } => {
                    let admission = admission(happening, number, now).unwrap();
                    prop_assert_eq!(&admission.edit.month, &month_of(now));
                    store.admit(&admission);
                    prop_assert!(!store.admit(&admission), "the same transaction twice");
                }
                Happening::Delivery(index) if !store.edits.is_empty() => {
                    let edits: Vec<_> = store.edits.values().collect();
                    hands.push((*index.get(&edits)).clone());
                }
                Happening::Work(index, step) if !hands.is_empty() => {
                    let read = index.get(&hands);
                    if let Ok(made) = read.step(step.clone(), now) {
                        let was_terminal = store.edits[&read.id].status.is_terminal();
                        let done = store.apply(&made);
                        prop_assert!(!(done && was_terminal), "a terminal state changed");
                        // Accepting changes neither status nor attempt: doing it twice is doing it once.
                        if done && made.from_status != made.edit.status {
                            prop_assert!(!store.apply(&made), "the same transaction twice");
                        }
                    }
                }
                Happening::Death(index) if !hands.is_empty() => {
                    let lost = index.index(hands.len());
                    hands.swap_remove(lost);
                }
                Happening::Pause(seconds) => now += SignedDuration::from_secs((*seconds).into()),
                Happening::Delivery(_) | Happening::Work(..) | Happening::Death(_) => {}
            }
            store.check()?;
        }
    }
}
