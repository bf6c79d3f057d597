//! When a breaker opens, probes and closes.

use jiff::{SignedDuration, Timestamp};

use super::record::{Breaker, BreakerState, Change, Gate, OpenReason, Pin, Signal, Transition};
use crate::id::TaskId;

/// This many failed edits within [`WINDOW`] open the breaker, if fewer succeeded in that time.
pub const FAILURES_TO_OPEN: u32 = 5;
/// Failures and successes older than this no longer count.
pub const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// Time from opening to the first probe; doubles with every probe that fails.
pub const FIRST_OPEN: SignedDuration = SignedDuration::from_secs(15);
/// The longest time between two probes: a guest's ten minutes must see some of them.
pub const LONGEST_OPEN: SignedDuration = SignedDuration::from_secs(120);
/// After this long without a result, the next probe may start. The first may have died with its worker, or its model is
/// slow: so the next one gets twice the time, up to [`LONGEST_OPEN`], and a slow provider comes back too.
pub const PROBE_PATIENCE: SignedDuration = SignedDuration::from_secs(60);

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
            // The worker of the probe comes back after a failure of its own.
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

    /// The change that an attempt's signal makes; `None`: there is nothing to write.
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
            // The attempt went out before the breaker opened, or its worker had not seen that yet.
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

    /// The reason and the beginning of the outage; `None` while the provider is in service.
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

    /// The same breaker with an operator's override. Without one it starts anew.
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
            // Enough successes to outweigh the failures that may still follow.
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
