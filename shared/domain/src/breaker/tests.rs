use std::collections::BTreeSet;

use proptest::prelude::*;

use jiff::Timestamp;

use super::*;
use crate::id::{EditId, TaskId};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn attempt(number: u128) -> TaskId {
    TaskId::derive(EditId::new(at(0), number), 1)
}

const FAILS: Signal = Signal::Fails { first: true };

impl Breaker {
    /// The breaker after this signal, with the change written if there is one.
    fn told(self, signal: Signal, from: u128, second: i64) -> Self {
        self.after(signal, attempt(from), at(second))
            .map_or(self, |change| change.next)
    }

    fn is_shut(&self, second: i64) -> bool {
        matches!(self.gate(attempt(99), at(second)), Gate::Shut { .. })
    }
}

fn opened() -> Breaker {
    Breaker::default().told(Signal::Refuses(OpenReason::Auth), 0, 0)
}

/// The breaker that a probe makes when it is written.
fn probe(breaker: &Breaker, from: u128, second: i64) -> Breaker {
    match breaker.gate(attempt(from), at(second)) {
        Gate::Probe(next) => next,
        other => panic!("no probe: {other:?}"),
    }
}

#[test]
fn auth_and_quota_open_a_breaker_at_once_with_one_signal() {
    for reason in [OpenReason::Auth, OpenReason::Quota] {
        let change = Breaker::default()
            .after(Signal::Refuses(reason), attempt(1), at(0))
            .unwrap();
        assert_eq!(change.transition, Some(Transition::Opened(reason)));
        assert_eq!(change.next.outage(), Some((reason, Some(at(0)))));
        // A later signal changes nothing and is not reported.
        assert_eq!(
            change.next.after(Signal::Refuses(reason), attempt(2), at(1)),
            None
        );
    }
}

#[test]
fn five_failures_within_a_minute_open_a_breaker_and_four_do_not() {
    let mut breaker = Breaker::default();
    for failure in 0..4 {
        breaker = breaker.told(FAILS, failure, 0);
    }
    assert!(!breaker.is_shut(1));
    assert!(breaker.told(FAILS, 4, 59).is_shut(59));
    assert!(
        !breaker.told(FAILS, 4, 60).is_shut(60),
        "the others are too old by then"
    );
}

#[test]
fn one_edit_counts_once_however_often_it_is_tried() {
    let mut breaker = Breaker::default();
    for _ in 0..20 {
        breaker = breaker.told(Signal::Fails { first: false }, 1, 0);
    }
    assert_eq!(breaker, Breaker::default());
}

#[test]
fn a_breaker_stays_closed_while_more_edits_succeed_than_fail() {
    let mut breaker = Breaker::default();
    for second in 0..60 {
        breaker = breaker.told(FAILS, 1, second);
        for _ in 0..2 {
            breaker = breaker.told(Signal::Works, 2, second);
        }
        assert!(!breaker.is_shut(second), "{breaker:?}");
    }
}

#[test]
fn a_success_costs_no_write_unless_it_outweighs_a_failure() {
    let calm = Breaker::default();
    assert_eq!(calm.after(Signal::Works, attempt(1), at(0)), None);
    let mut shaken = calm.told(FAILS, 1, 0);
    let mut written = 0;
    for second in 1..1_000 {
        let next = shaken.told(Signal::Works, 2, second);
        written += i32::from(next != shaken);
        shaken = next;
    }
    let most = i32::try_from(FAILURES_TO_OPEN).unwrap() + 1;
    assert_eq!(written, most, "as many as outweigh the failures that open it");
}

#[test]
fn a_failure_after_many_successes_is_one_of_few() {
    let mut breaker = Breaker::default().told(FAILS, 1, 0);
    for _ in 0..50 {
        breaker = breaker.told(Signal::Works, 2, 10);
    }
    for worker in 0..4 {
        breaker = breaker.told(FAILS, 10 + worker, 20);
    }
    assert!(!breaker.is_shut(20), "{breaker:?}");
}

#[test]
fn a_slow_provider_comes_back_although_its_model_takes_longer_than_a_probe() {
    const LATENCY: i64 = 90;
    let mut breaker = opened();
    let mut under_way = Vec::new();
    for second in (15..600).step_by(10) {
        while under_way
            .first()
            .is_some_and(|(_, begun)| begun + LATENCY <= second)
        {
            let (worker, _) = under_way.remove(0);
            breaker = breaker.told(Signal::Works, worker, second);
        }
        let worker = u128::try_from(second).unwrap();
        if let Gate::Probe(next) = breaker.gate(attempt(worker), at(second)) {
            breaker = next;
            under_way.push((worker, second));
        }
    }
    assert!(!breaker.is_shut(600), "{breaker:?}");
}

#[test]
fn an_open_breaker_lets_one_probe_through_once_its_time_has_come() {
    let open = opened();
    assert!(open.is_shut(14));
    let half = probe(&open, 1, 15);
    assert_eq!(half.version, open.version + 1, "of two that write it, one wins");
    assert!(half.is_shut(16), "everybody else waits");
    assert_eq!(
        half.gate(attempt(1), at(16)),
        Gate::Pass,
        "the probe itself goes on"
    );
    // A probe without a result does not keep the provider out of service.
    assert_ne!(probe(&half, 2, 75), half);
}

#[test]
fn only_the_probe_closes_a_breaker_or_opens_it_for_longer() {
    let half = probe(&opened(), 1, 15);
    for signal in [Signal::Works, FAILS, Signal::Refuses(OpenReason::Quota)] {
        assert_eq!(half.after(signal, attempt(2), at(16)), None);
    }
    let closed = half.after(Signal::Works, attempt(1), at(16)).unwrap();
    assert_eq!(
        (closed.transition, closed.next.outage()),
        (Some(Transition::Closed), None)
    );
    // A retry is as good a probe as a first attempt.
    let failed = half
        .after(Signal::Fails { first: false }, attempt(1), at(16))
        .unwrap();
    assert_eq!(failed.transition, Some(Transition::StillOpen(OpenReason::Auth)));
    assert_eq!(
        failed.next.outage(),
        Some((OpenReason::Auth, Some(at(0)))),
        "the same outage"
    );
    assert!(failed.next.is_shut(16 + 29) && !failed.next.is_shut(16 + 30));
}

#[test]
fn the_time_between_probes_doubles_up_to_two_minutes() {
    let mut breaker = opened();
    let mut now = 0;
    let mut waits = Vec::new();
    for round in 0..8 {
        let BreakerState::Open { retry_at, .. } = breaker.state else {
            panic!("not open: {breaker:?}")
        };
        waits.push(retry_at.duration_since(at(now)).as_secs());
        now = retry_at.duration_since(at(0)).as_secs();
        breaker = probe(&breaker, round, now).told(FAILS, round, now);
    }
    assert_eq!(waits, [15, 30, 60, 120, 120, 120, 120, 120]);
}

#[test]
fn an_operators_pin_overrides_the_state() {
    let open = opened().pinned(Some(Pin::Closed));
    assert_eq!(open.gate(attempt(1), at(0)), Gate::Pass);
    assert_eq!(
        open.after(Signal::Refuses(OpenReason::Auth), attempt(1), at(0)),
        None
    );
    let drained = Breaker::default().pinned(Some(Pin::Open));
    assert!(drained.is_shut(1_000_000));
    assert_eq!(drained.outage(), Some((OpenReason::Operator, None)));
    assert_eq!(drained.pinned(None).gate(attempt(1), at(0)), Gate::Pass);
}

#[test]
fn a_breaker_keeps_its_stored_form() {
    for breaker in [
        Breaker::default(),
        opened(),
        probe(&opened(), 1, 15),
        opened().pinned(Some(Pin::Open)),
    ] {
        let text = serde_json::to_string(&breaker).unwrap();
        assert_eq!(serde_json::from_str::<Breaker>(&text).unwrap(), breaker, "{text}");
    }
}

fn any_signal() -> impl Strategy<Value = Signal> {
    prop_oneof![
        Just(Signal::Works),
        any::<bool>().prop_map(|first| Signal::Fails { first }),
        Just(Signal::Refuses(OpenReason::Auth)),
        Just(Signal::Refuses(OpenReason::Quota)),
    ]
}

proptest! {
    /// Whatever the workers see and whenever they come: one alert per outage, one probe at a time, and the way
    /// back is always open.
    #[test]
    fn an_outage_gives_one_signal_when_it_begins_and_one_when_it_ends(
        steps in prop::collection::vec((any_signal(), 0_u128..4, 0_i64..40), 0..200)
    ) {
        let mut breaker = Breaker::default();
        let (mut now, mut in_outage) = (0, false);
        for (signal, worker, pause) in steps {
            now += pause;
            // Everybody who looks at the same moment would write the same version: one of them wins.
            let mut probes = BTreeSet::new();
            let mut next = None;
            for worker in 0..4 {
                if let Gate::Probe(half) = breaker.gate(attempt(worker), at(now)) {
                    probes.insert(half.version);
                    next = next.or(Some(half));
                }
            }
            prop_assert!(probes.len() <= 1);
            breaker = next.unwrap_or(breaker);
            if let Some(change) = breaker.after(signal, attempt(worker), at(now)) {
                prop_assert_eq!(change.next.version, breaker.version + 1);
                match change.transition {
                    Some(Transition::Opened(_)) => {
                        prop_assert!(!in_outage, "told twice");
                        in_outage = true;
                    }
                    Some(Transition::StillOpen(_)) => prop_assert!(in_outage),
                    Some(Transition::Closed) => {
                        prop_assert!(in_outage);
                        in_outage = false;
                    }
                    None => {}
                }
                breaker = change.next;
            }
            prop_assert_eq!(breaker.outage().is_some(), in_outage);
            if let Gate::Shut { until, .. } = breaker.gate(attempt(9), at(now)) {
                let wait = until.unwrap().duration_since(at(now));
                prop_assert!(wait <= LONGEST_OPEN, "shut for {wait:?}");
            }
        }
    }
}
