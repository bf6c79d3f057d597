//! The state machine. A step computes everything that changes with it: the edit, the event's counters, the
//! tenant's budget and the ledger. The store writes a [`Move`] in one transaction, on condition that the edit
//! still is where the move starts.

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use super::attempt::Attempt;
use super::failure::FailureCode;
use super::record::{Edit, Failure, Origin, StoredOutput};
use super::status::Status;
use crate::budget::{BudgetChange, LedgerEntry, LedgerKind};
use crate::figures::{Counter, FiguresChange};
use crate::id::TaskId;
use crate::money::MicroUsd;
use crate::provider::{ProviderMode, ProviderName};

/// Attempts an edit gets at one provider before a passing failure ends it there.
pub const MAX_ATTEMPTS: u32 = 3;
/// The promise to a guest at admission: an answer, good or bad, within this time.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// The time of an edit after its first claim, or after it was held back, even if its deadline is near or past.
pub const ATTEMPT_PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// The time that the first provider leaves for the fallback.
pub const FALLBACK_PATIENCE: SignedDuration = SignedDuration::from_mins(3);

/// The most that an attempt can have cost, as a multiple of its estimate. What a provider states beyond is a mistake in
/// its answer.
const MAX_COST_FACTOR: i64 = 10;
/// An attempt can always have cost this: the estimate of a style may be nothing.
const ALWAYS_POSSIBLE: MicroUsd = MicroUsd::new(100_000);

/// The route to another provider, with its price and the cap that limits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub provider: ProviderName,
    pub model: String,
    /// The estimate of an attempt there. The step's transaction reserves the part that is not reserved yet.
    pub estimate: MicroUsd,
    /// The cap that the tenant's month must keep if more is reserved.
    pub cap: Option<MicroUsd>,
}

/// A step of an edit.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A worker takes the next attempt: queued → processing.
    Claim {
        /// At another provider than the edit was to go to.
        route: Option<Route>,
        /// Whether the attempt is really sent there.
        mode: ProviderMode,
        /// The edit was held back, by no fault of its own: it gets its time all the same.
        held: bool,
    },
    /// The provider acknowledged the attempt under a name, its own or ours: the edit stays processing.
    Accept { handle: String },
    /// The attempt failed, and another may follow: processing → queued.
    Retry {
        /// The outcome of the attempt.
        code: FailureCode,
        /// For operators.
        detail: String,
        /// Polls it took.
        polls: u32,
        /// The provider's charge in spite of the failure.
        cost: Option<MicroUsd>,
        /// The next attempt goes to another provider.
        route: Option<Route>,
    },
    /// The picture is stored: processing → succeeded.
    Succeed {
        /// Our copy.
        output: StoredOutput,
        /// The cost that the provider reported; unknown: the reservation counts.
        cost: Option<MicroUsd>,
        /// The provider's copy.
        provider_url: Option<String>,
        /// As the provider reported it.
        seed: Option<u64>,
        /// Polls it took.
        polls: u32,
        /// When the result reached us: the time after that is ours and not the provider's.
        received_at: Timestamp,
    },
    /// A picture that had no stored copy has one now: the edit stays succeeded, and nothing is paid.
    Store {
        /// Our copy.
        output: StoredOutput,
    },
    /// It ends without a picture: queued or processing → failed or blocked.
    Fail {
        code: FailureCode,
        /// For operators.
        detail: String,
        /// Polls it took.
        polls: u32,
        /// The provider's charge in spite of the failure.
        cost: Option<MicroUsd>,
    },
}

/// A step that the edit's state does not allow: another worker was faster, or a terminal state absorbed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("an edit that is {} at attempt {attempt} cannot {step}", status.as_str())]
pub struct IllegalStep {
    status: Status,
    attempt: u32,
    step: &'static str,
}

/// A step with all its consequences, to be written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The status the stored edit must still have.
    pub from_status: Status,
    /// The attempt the stored edit must still be at.
    pub from_attempt: u32,
    /// The edit afterwards.
    pub edit: Edit,
    /// The change of the event's counters.
    pub figures: FiguresChange,
    /// The change of the tenant's budget.
    pub budget: Option<BudgetChange>,
    /// The tenant's committed amount must not pass it, where the move reserves more.
    pub cap: Option<MicroUsd>,
    /// The ledger entry that goes with it.
    pub ledger: Option<LedgerEntry>,
    /// The guest's scope in which one edit less is under way.
    pub frees_guest: Option<String>,
    /// A cost out of bounds that the provider stated: the estimate is booked in its place.
    pub disbelieved: Option<MicroUsd>,
    /// Whether one edit less of the event is under way, among those that its limit counts.
    pub frees_event: bool,
}

impl Edit {
    /// Works out a step from here.
    pub fn step(&self, step: Step, now: Timestamp) -> Result<Move, IllegalStep> {
        let mut next = Move {
            from_status: self.status,
            from_attempt: self.attempt,
            edit: self.clone(),
            figures: FiguresChange::default(),
            budget: None,
            cap: None,
            ledger: None,
            frees_guest: None,
            disbelieved: None,
            frees_event: false,
        };
        next.edit.updated_at = now;
        match (self.status, step) {
            (Status::Queued, Step::Claim { route, mode, held }) if self.has_a_try_left(route.as_ref()) => {
                next.take(route);
                next.claim(mode, held, now);
            }
            (Status::Processing, Step::Accept { handle }) => {
                if let Some(attempt) = next.edit.attempts.last_mut() {
                    attempt.handle = Some(handle);
                }
            }
            (
                Status::Processing,
                Step::Retry {
                    code,
                    detail,
                    polls,
                    cost,
                    route,
                },
            ) if self.has_a_try_left(route.as_ref()) => {
                next.end_attempt(code.code(), Some(detail), polls, cost, now);
                next.take(route);
                next.change_status(Status::Queued);
            }
            (
                Status::Processing,
                Step::Succeed {
                    output,
                    cost,
                    provider_url,
                    seed,
                    polls,
                    received_at,
                },
            ) => {
                next.end_attempt("succeeded", None, polls, cost, now);
                next.edit.output = Some(output);
                next.edit.provider_url = provider_url;
                next.edit.seed = seed;
                next.succeed(received_at, now);
            }
            (Status::Succeeded, Step::Store { output }) => next.edit.output = Some(output),
            (
                Status::Queued | Status::Processing,
                Step::Fail {
                    code,
                    detail,
                    polls,
                    cost,
                },
            ) => {
                if self.status == Status::Processing {
                    next.end_attempt(code.code(), Some(detail.clone()), polls, cost, now);
                }
                next.fail(code, detail, now);
            }
            (status, step) => {
                return Err(IllegalStep {
                    status,
                    attempt: self.attempt,
                    step: step.name(),
                });
            }
        }
        Ok(next)
    }

    /// Whether a failed attempt may be followed by another at the same provider.
    pub fn may_retry(&self, now: Timestamp) -> bool {
        self.has_a_try_left(None) && now < self.deadline_at
    }

    /// Whether an attempt can have cost this.
    fn can_cost(&self, cost: MicroUsd) -> bool {
        let most = self.estimate().times(MAX_COST_FACTOR).max(ALWAYS_POSSIBLE);
        (MicroUsd::ZERO..=most).contains(&cost)
    }

    fn has_a_try_left(&self, route: Option<&Route>) -> bool {
        match route {
            None => self.tries_at(self.provider) < MAX_ATTEMPTS,
            Some(route) => self.may_move_to(route.provider),
        }
    }
}

impl Step {
    const fn name(&self) -> &'static str {
        match self {
            Self::Claim { .. } => "be claimed",
            Self::Accept { .. } => "be accepted",
            Self::Retry { .. } => "be retried",
            Self::Succeed { .. } => "succeed",
            Self::Store { .. } => "be stored",
            Self::Fail { .. } => "fail",
        }
    }
}

impl Move {
    /// What the move reserves on top; `None` where it reserves nothing, or ends a reservation.
    pub fn reserves(&self) -> Option<&BudgetChange> {
        self.budget.as_ref().filter(|_| self.ledger.is_none())
    }

    /// Goes on at another provider; the difference in price is reserved on top.
    fn take(&mut self, route: Option<Route>) {
        let Some(route) = route else { return };
        let edit = &mut self.edit;
        edit.provider = route.provider;
        edit.model = route.model;
        edit.estimate_micro_usd = Some(route.estimate);
        let raise = edit.charged() + route.estimate - edit.reserved_micro_usd;
        if raise > MicroUsd::ZERO {
            edit.reserved_micro_usd = edit.reserved_micro_usd + raise;
            self.figures.add(Counter::ReservedMicroUsd, raise.get());
            self.budget = Some(BudgetChange {
                tenant_id: edit.tenant_id.clone(),
                month: edit.month.clone(),
                committed: raise,
                spent: MicroUsd::ZERO,
            });
            self.cap = route.cap;
        }
    }

    fn claim(&mut self, mode: ProviderMode, held: bool, now: Timestamp) {
        let edit = &mut self.edit;
        edit.attempt += 1;
        edit.attempts.push(Attempt {
            number: edit.attempt,
            provider: edit.provider,
            model: edit.model.clone(),
            mode: Some(mode),
            task_id: TaskId::derive(edit.id, edit.attempt),
            handle: None,
            started_at: now,
            ended_at: None,
            outcome: None,
            detail: None,
            cost_micro_usd: None,
        });
        // Later attempts keep the deadline: it is what the guest was told.
        if held || edit.attempt == 1 {
            let fresh = now.saturating_add(ATTEMPT_PATIENCE).unwrap_or(edit.deadline_at);
            edit.deadline_at = edit.deadline_at.max(fresh);
        }
        self.change_status(Status::Processing);
    }

    fn end_attempt(
        &mut self,
        outcome: &str,
        detail: Option<String>,
        polls: u32,
        cost: Option<MicroUsd>,
        now: Timestamp,
    ) {
        self.edit.polls = polls;
        let cost = cost.map(|stated| {
            if self.edit.can_cost(stated) {
                return stated;
            }
            self.disbelieved = Some(stated);
            self.edit.estimate()
        });
        if let Some(attempt) = self.edit.attempts.last_mut() {
            attempt.ended_at = Some(now);
            attempt.outcome = Some(outcome.to_owned());
            attempt.detail = detail;
            attempt.cost_micro_usd = cost;
        }
    }

    fn succeed(&mut self, received_at: Timestamp, now: Timestamp) {
        let attempt = self.edit.current_attempt();
        let cost = attempt.and_then(|attempt| attempt.cost_micro_usd);
        let is_known = cost.is_some_and(|cost| cost > MicroUsd::ZERO);
        let assumed = if is_known {
            MicroUsd::ZERO
        } else {
            self.edit.estimate()
        };
        let cost = self.edit.charged() + assumed;
        self.edit.cost_micro_usd = Some(cost);
        self.edit.completed_at = Some(now);
        if let Some(started) = self.edit.attempts.last().map(|attempt| attempt.started_at) {
            let millis = u64::try_from(received_at.duration_since(started).as_millis()).unwrap_or(0);
            self.edit.provider_latency_ms = Some(millis);
            self.figures.add_latency(millis);
        }
        let reason = format!("{}/{}", self.edit.provider, self.edit.model);
        self.settle_money(LedgerKind::Settlement, cost, reason, now);
        self.change_status(Status::Succeeded);
    }

    fn fail(&mut self, code: FailureCode, detail: String, now: Timestamp) {
        self.edit.failure = Some(Failure {
            code,
            detail: Some(detail),
        });
        self.edit.completed_at = Some(now);
        if code.is_provider_failure() {
            self.figures.add(Counter::ProviderFailed, 1);
        }
        if code.status() == Status::Blocked {
            self.figures.add(Counter::ModerationHits, 1);
        }
        // A charge for a picture that could not be delivered is real money.
        let charged = self.edit.charged();
        self.edit.cost_micro_usd = Some(charged).filter(|cost| *cost > MicroUsd::ZERO);
        self.settle_money(LedgerKind::Release, charged, code.code().to_owned(), now);
        self.change_status(code.status());
    }

    /// Turns the reservation into `spent`, which is nothing for a release.
    fn settle_money(&mut self, kind: LedgerKind, spent: MicroUsd, reason: String, now: Timestamp) {
        let edit = &self.edit;
        let last = edit.current_attempt();
        let reserved = edit.reserved_micro_usd;
        self.figures.add(Counter::ReservedMicroUsd, -reserved.get());
        self.figures.add(Counter::SpentMicroUsd, spent.get());
        self.budget = Some(BudgetChange {
            tenant_id: edit.tenant_id.clone(),
            month: edit.month.clone(),
            committed: spent - reserved,
            spent,
        });
        self.ledger = Some(LedgerEntry {
            edit_id: edit.id,
            tenant_id: edit.tenant_id.clone(),
            month: edit.month.clone(),
            kind,
            amount_micro_usd: spent,
            event_id: Some(edit.event_id.clone()),
            style_key: edit.style_key.clone(),
            provider: last.map(|attempt| attempt.provider),
            model: last.map(|attempt| attempt.model.clone()),
            reserved_micro_usd: reserved,
            reason,
            at: now,
        });
    }

    fn change_status(&mut self, to: Status) {
        if to.is_terminal() {
            self.frees_event = self.edit.counts_for_event;
            self.frees_guest = match &self.edit.origin {
                Origin::Guest { scope_hash } if self.edit.counts_for_guest => Some(scope_hash.clone()),
                _ => None,
            };
        }
        self.figures.add(counter_of(self.edit.status), -1);
        self.figures.add(counter_of(to), 1);
        self.edit.status = to;
    }
}

/// The counter of the edits in a status.
pub(super) const fn counter_of(status: Status) -> Counter {
    match status {
        Status::Queued => Counter::Queued,
        Status::Processing => Counter::Processing,
        Status::Succeeded => Counter::Succeeded,
        Status::Failed => Counter::Failed,
        Status::Blocked => Counter::Blocked,
    }
}
