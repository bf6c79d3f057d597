use super::*;
use crate::breaker::{Pin, Signal};
use crate::edit::Step;
use crate::edit::samples::{at, output, queued};
use crate::id::TaskId;
use crate::money::MicroUsd;
use crate::settings::ProviderMode;

const CLAIM: Step = Step::Claim {
    route: None,
    mode: ProviderMode::Fake,
    held: false,
};

fn failing(code: FailureCode) -> Step {
    Step::Fail {
        code,
        detail: String::new(),
        polls: 1,
        cost: None,
    }
}

#[test]
fn a_success_yields_queue_wait_latency_outcome_and_spend() {
    let claimed = queued().step(CLAIM, at(3)).unwrap();
    assert_eq!(of_move(&claimed), [(Metric::QueueWait, 3_000)]);
    let done = Step::Succeed {
        output: output(),
        cost: Some(MicroUsd::new(38_000)),
        provider_url: None,
        seed: None,
        polls: 1,
        received_at: at(8),
    };
    assert_eq!(
        of_move(&claimed.edit.step(done, at(8)).unwrap()),
        [
            (Metric::EditsEnded(Ending::Succeeded), 1),
            (Metric::ProviderLatency(ProviderName::Runware), 5_000),
            (Metric::Spend, 38_000),
        ]
    );
}

#[test]
fn a_cost_out_of_bounds_is_counted_at_the_provider_that_stated_it() {
    let claimed = queued().step(CLAIM, at(3)).unwrap().edit;
    for (cost, counts) in [(400_000, false), (400_001, true), (-1, true)] {
        let done = Step::Fail {
            code: FailureCode::OutputInvalid,
            detail: String::new(),
            polls: 1,
            cost: Some(MicroUsd::new(cost)),
        };
        let samples = of_move(&claimed.step(done, at(8)).unwrap());
        let counted = samples.contains(&(Metric::CostsOutOfBounds(ProviderName::Runware), 1));
        assert_eq!(counted, counts, "{cost}: {samples:?}");
    }
}

#[test]
fn a_picture_that_is_stored_later_is_not_another_success() {
    let claimed = queued().step(CLAIM, at(3)).unwrap().edit;
    let done = Step::Succeed {
        output: output(),
        cost: None,
        provider_url: None,
        seed: None,
        polls: 1,
        received_at: at(8),
    };
    let succeeded = claimed.step(done, at(8)).unwrap().edit;
    let stored = succeeded.step(Step::Store { output: output() }, at(90)).unwrap();
    assert_eq!(of_move(&stored), []);
}

#[test]
fn every_attempt_that_the_provider_spoiled_counts_and_only_those() {
    let failure = (Metric::ProviderFailures(ProviderName::Runware), 1);
    let claimed = queued().step(CLAIM, at(1)).unwrap().edit;
    let retry = Step::Retry {
        code: FailureCode::ProviderError,
        detail: String::new(),
        polls: 0,
        cost: None,
        route: None,
    };
    let again = claimed.step(retry, at(2)).unwrap();
    assert_eq!(of_move(&again), [failure]);
    let second = again.edit.step(CLAIM, at(3)).unwrap();
    assert_eq!(of_move(&second), [], "only the first claim ends the wait");
    let timeout = failing(FailureCode::ProviderTimeout);
    let ended = (Metric::EditsEnded(Ending::Failed), 1);
    assert_eq!(
        of_move(&second.edit.step(timeout.clone(), at(4)).unwrap()),
        [failure, ended]
    );
    assert_eq!(
        of_move(&again.edit.step(timeout, at(4)).unwrap()),
        [ended],
        "nothing was at the provider, and the attempt before has been counted"
    );
    let moderated = claimed.step(failing(FailureCode::Moderated), at(2)).unwrap();
    assert_eq!(of_move(&moderated), [(Metric::EditsEnded(Ending::Blocked), 1)]);
}

#[test]
fn an_outage_is_measured_when_it_begins_and_with_every_probe_that_fails() {
    let provider = ProviderName::Fal;
    let task = TaskId::derive(queued().id, 1);
    let refused = Signal::Refuses(crate::breaker::OpenReason::Quota);
    let opened = Breaker::default().after(refused, task, at(0)).unwrap().next;
    assert_eq!(
        of_breaker(provider, &opened),
        [(Metric::BreakerOpen(provider), 1)]
    );
    let crate::breaker::Gate::Probe(probe) = opened.gate(task, at(20)) else {
        panic!("no probe");
    };
    assert_eq!(of_breaker(provider, &probe), []);
    let reopened = probe.after(refused, task, at(21)).unwrap().next;
    assert_eq!(
        of_breaker(provider, &reopened),
        [(Metric::BreakerOpen(provider), 1)]
    );
    let closed = probe.after(Signal::Works, task, at(21)).unwrap().next;
    assert_eq!(of_breaker(provider, &closed), []);
    assert_eq!(of_breaker(provider, &opened.pinned(Some(Pin::Open))), []);
}

/// A series costs money in every hour in which it has a value, and recovery runs in every hour.
#[test]
fn a_run_that_finds_nothing_writes_nothing() {
    assert_eq!(of_recovery(0), None);
    assert_eq!(of_recovery(3), Some((Metric::StuckEdits, 3)));
    assert_eq!(of_prune(0), None);
    assert_eq!(of_prune(2), Some((Metric::PruneFailures, 2)));
}
