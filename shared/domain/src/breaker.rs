//! A circuit breaker per provider: while a provider is down, nothing is sent to it but one probe at a time.
//!
//! Pure rules over one stored record that all workers share. Whoever changes it writes the next version on condition
//! that the stored one is the version it read, so one opening is written, and signalled, by one worker, and one
//! worker wins the probe.
//!
//! A closed breaker costs nothing: it is read along with the edit, and a success is written only after a failure, and
//! only as often as it takes to outweigh those that may follow.

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::edit::FailureCode;
use crate::id::TaskId;
use crate::provider::ProviderName;

/// So many edits that failed within [`WINDOW`] open it, if fewer succeeded in that time.
pub const FAILURES_TO_OPEN: u32 = 5;
/// What is older than this counts no more.
pub const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// How long it is open before the first probe; doubles with every probe that fails.
pub const FIRST_OPEN: SignedDuration = SignedDuration::from_secs(15);
/// The longest time between two probes: a guest's ten minutes must see some of them.
pub const LONGEST_OPEN: SignedDuration = SignedDuration::from_secs(120);
/// A probe that is not heard of for so long makes way for the next. It may have been lost with its worker, or its model
/// is slow: so the next one gets twice the time, up to [`LONGEST_OPEN`], and a slow provider comes back too.
pub const PROBE_PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// Why nothing is sent to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenReason {
    /// It refuses our key, or there is none.
    Auth,
    /// Our account there is empty.
    Quota,
    /// Most edits fail there.
    Failures,
    /// An operator took it out of service.
    Operator,
}

impl OpenReason {
    /// The name in logs and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Quota => "quota",
            Self::Failures => "failures",
            Self::Operator => "operator",
        }
    }

    /// How an edit ends that waited for the provider in vain.
    pub const fn failure_code(self) -> FailureCode {
        match self {
            Self::Auth => FailureCode::ProviderAuth,
            Self::Quota => FailureCode::ProviderQuota,
            Self::Failures | Self::Operator => FailureCode::ProviderError,
        }
    }
}

/// Where a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum BreakerState {
    /// Everything goes through.
    Closed {
        /// When the first failure of the window was counted.
        since: Option<Timestamp>,
        /// Edits that failed in the window.
        failures: u32,
        /// Edits that succeeded in it since then, counted only as far as they matter.
        successes: u32,
    },
    /// Nothing goes through.
    Open {
        /// Why.
        reason: OpenReason,
        /// When the outage began.
        since: Timestamp,
        /// When a probe may go.
        retry_at: Timestamp,
        /// Probes that failed.
        failed_probes: u32,
    },
    /// One attempt is under way, to see whether the provider is back.
    HalfOpen {
        /// Why it was opened.
        reason: OpenReason,
        /// When the outage began.
        since: Timestamp,
        /// Probes that failed before.
        failed_probes: u32,
        /// The attempt.
        probe: TaskId,
        /// When another may go instead.
        until: Timestamp,
        /// Probes before it that were not heard of.
        #[serde(default)]
        unheard: u32,
    },
}

/// What an operator has set, whatever the provider does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pin {
    /// Everything goes through.
    Closed,
    /// Nothing goes through.
    Open,
}

/// A provider's breaker, as all workers share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    /// Grows with every change; 0 is a breaker that was never written.
    pub version: u64,
    /// Where it stands.
    pub state: BreakerState,
    /// Overrides where it stands.
    #[serde(default)]
    pub pinned: Option<Pin>,
}

/// Whether an attempt may go to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Pass,
    /// It may if this is written before anybody else writes: it is the probe then.
    Probe(Breaker),
    /// It may not.
    Shut {
        /// Why.
        reason: OpenReason,
        /// When it is worth another look; `None` where only an operator knows.
        until: Option<Timestamp>,
    },
}

/// What an attempt tells of its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// It works: it made a picture, or refused to for reasons that lie in the request.
    Works,
    /// It failed in a way that another try may mend. Counts once per edit, or one photo that no model takes would count
    /// as often as it is tried.
    Fails {
        /// The edit's first attempt there.
        first: bool,
    },
    /// Nothing will work before an operator acts.
    Refuses(OpenReason),
}

/// What somebody should hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// An outage begins.
    Opened(OpenReason),
    /// A probe failed: the outage goes on.
    StillOpen(OpenReason),
    /// The outage is over.
    Closed,
}

/// The next version of a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// To be written on condition that the version before it is stored.
    pub next: Breaker,
    /// What whoever wrote it tells.
    pub transition: Option<Transition>,
}

impl BreakerState {
    const CALM: Self = Self::Closed {
        since: None,
        failures: 0,
        successes: 0,
    };
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            version: 0,
            state: BreakerState::CALM,
            pinned: None,
        }
    }
}

impl Breaker {
    /// Whether this attempt may go to the provider now.
    pub fn gate(&self, attempt: TaskId, now: Timestamp) -> Gate {
        match (self.pinned, self.state) {
            (Some(Pin::Closed), _) | (None, BreakerState::Closed { .. }) => Gate::Pass,
            (Some(Pin::Open), _) => Gate::Shut {
                reason: OpenReason::Operator,
                until: None,
            },
            (None, BreakerState::Open { reason, retry_at, .. }) if now < retry_at => Gate::Shut {
                reason,
                until: Some(retry_at),
            },
            // Its worker comes back after a failure of its own.
            (None, BreakerState::HalfOpen { probe, .. }) if probe == attempt => Gate::Pass,
            (None, BreakerState::HalfOpen { reason, until, .. }) if now < until => Gate::Shut {
                reason,
                until: Some(until),
            },
            (
                None,
                BreakerState::Open {
                    reason,
                    since,
                    failed_probes,
                    ..
                },
            ) => self.probed_by(attempt, reason, since, failed_probes, 0, now),
            (
                None,
                BreakerState::HalfOpen {
                    reason,
                    since,
                    failed_probes,
                    unheard,
                    ..
                },
            ) => self.probed_by(attempt, reason, since, failed_probes, unheard + 1, now),
        }
    }

    fn probed_by(
        &self,
        probe: TaskId,
        reason: OpenReason,
        since: Timestamp,
        failed_probes: u32,
        unheard: u32,
        now: Timestamp,
    ) -> Gate {
        let patience = PROBE_PATIENCE.saturating_mul(1 << unheard.min(8));
        Gate::Probe(self.followed_by(BreakerState::HalfOpen {
            reason,
            since,
            failed_probes,
            probe,
            until: later(now, patience.min(LONGEST_OPEN)),
            unheard,
        }))
    }

    /// What an attempt's signal changes; `None`: nothing that would have to be written.
    pub fn after(&self, signal: Signal, attempt: TaskId, now: Timestamp) -> Option<Change> {
        if self.pinned.is_some() {
            return None;
        }
        match self.state {
            BreakerState::Closed {
                since,
                failures,
                successes,
            } => {
                let since = since.filter(|since| now.duration_since(*since) < WINDOW);
                let (failures, successes) = since.map_or((0, 0), |_| (failures, successes));
                self.counted(signal, since, failures, successes, now)
            }
            // What was sent before it opened, or by somebody who had not seen it yet.
            BreakerState::Open { .. } => None,
            BreakerState::HalfOpen { probe, .. } if probe != attempt => None,
            BreakerState::HalfOpen {
                reason,
                since,
                failed_probes,
                ..
            } => Some(match signal {
                Signal::Works => self.change(BreakerState::CALM, Some(Transition::Closed)),
                Signal::Fails { .. } => self.reopened(reason, since, failed_probes + 1, now),
                Signal::Refuses(reason) => self.reopened(reason, since, failed_probes + 1, now),
            }),
        }
    }

    /// Why nothing goes to the provider now, and since when; `None` while it is in service.
    pub fn outage(&self) -> Option<(OpenReason, Option<Timestamp>)> {
        match (self.pinned, self.state) {
            (Some(Pin::Closed), _) | (None, BreakerState::Closed { .. }) => None,
            (Some(Pin::Open), _) => Some((OpenReason::Operator, None)),
            (
                None,
                BreakerState::Open { reason, since, .. } | BreakerState::HalfOpen { reason, since, .. },
            ) => Some((reason, Some(since))),
        }
    }

    /// The same breaker as an operator wants it. Without a pin it begins anew.
    #[must_use]
    pub fn pinned(&self, pin: Option<Pin>) -> Self {
        Self {
            pinned: pin,
            ..self.followed_by(BreakerState::CALM)
        }
    }

    fn counted(
        &self,
        signal: Signal,
        since: Option<Timestamp>,
        failures: u32,
        successes: u32,
        now: Timestamp,
    ) -> Option<Change> {
        let window = |failures, successes| BreakerState::Closed {
            since: since.or(Some(now)),
            failures,
            successes,
        };
        match signal {
            Signal::Refuses(reason) => Some(self.opened(reason, now)),
            Signal::Fails { first: true } if failures + 1 >= FAILURES_TO_OPEN && failures + 1 > successes => {
                Some(self.opened(OpenReason::Failures, now))
            }
            Signal::Fails { first: true } => Some(self.change(window(failures + 1, successes), None)),
            // As many as it takes to outweigh the failures that there may still be.
            Signal::Works if failures > 0 && successes <= failures.max(FAILURES_TO_OPEN) => {
                Some(self.change(window(failures, successes + 1), None))
            }
            Signal::Fails { first: false } | Signal::Works => None,
        }
    }

    fn opened(&self, reason: OpenReason, now: Timestamp) -> Change {
        let state = open(reason, now, 0, now);
        self.change(state, Some(Transition::Opened(reason)))
    }

    fn reopened(&self, reason: OpenReason, since: Timestamp, failed_probes: u32, now: Timestamp) -> Change {
        let state = open(reason, since, failed_probes, now);
        self.change(state, Some(Transition::StillOpen(reason)))
    }

    fn change(&self, state: BreakerState, transition: Option<Transition>) -> Change {
        Change {
            next: self.followed_by(state),
            transition,
        }
    }

    fn followed_by(&self, state: BreakerState) -> Self {
        Self {
            version: self.version + 1,
            state,
            pinned: self.pinned,
        }
    }
}

fn open(reason: OpenReason, since: Timestamp, failed_probes: u32, now: Timestamp) -> BreakerState {
    let doubled = FIRST_OPEN.saturating_mul(1 << failed_probes.min(8));
    BreakerState::Open {
        reason,
        since,
        retry_at: later(now, doubled.min(LONGEST_OPEN)),
        failed_probes,
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(now)
}

/// The breakers of all providers.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Breakers {
    /// Runware's.
    pub runware: Breaker,
    /// fal's.
    pub fal: Breaker,
}

impl Breakers {
    /// A provider's.
    pub const fn of(&self, provider: ProviderName) -> &Breaker {
        match provider {
            ProviderName::Runware => &self.runware,
            ProviderName::Fal => &self.fal,
        }
    }

    /// A provider's, to be replaced by what it has become.
    pub const fn of_mut(&mut self, provider: ProviderName) -> &mut Breaker {
        match provider {
            ProviderName::Runware => &mut self.runware,
            ProviderName::Fal => &mut self.fal,
        }
    }

    /// How many providers are out of service.
    pub fn out_of_service(&self) -> usize {
        ProviderName::ALL
            .into_iter()
            .filter(|provider| self.of(*provider).outage().is_some())
            .count()
    }
}
