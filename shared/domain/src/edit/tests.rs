use std::collections::BTreeMap;

use proptest::prelude::*;

use super::samples::{at, output, queued};
use super::*;
use crate::budget::LedgerKind;
use crate::figures::Counter;
use crate::id::TaskId;
use crate::money::MicroUsd;
use crate::provider::{ProviderMode, ProviderName};

const CLAIM: Step = Step::Claim {
    route: None,
    mode: ProviderMode::Fake,
    held: false,
};

fn retry(route: Option<Route>) -> Step {
    Step::Retry {
        code: FailureCode::ProviderError,
        detail: String::new(),
        polls: 0,
        cost: None,
        route,
    }
}

/// A picture that the provider reported at this second.
fn succeed(cost: Option<MicroUsd>, second: i64) -> Step {
    Step::Succeed {
        output: output(),
        cost,
        provider_url: None,
        seed: None,
        polls: 1,
        received_at: at(second),
    }
}

/// The route to fal, where an edit costs this much.
fn to_fal(estimate: i64) -> Route {
    Route {
        provider: ProviderName::Fal,
        model: "fake:ok".to_owned(),
        estimate: MicroUsd::new(estimate),
        cap: Some(MicroUsd::new(1_000_000)),
    }
}

fn any_route() -> impl Strategy<Value = Option<Route>> {
    proptest::option::weighted(
        0.3,
        (any::<bool>(), 0_i64..90_000).prop_map(|(fal, estimate)| Route {
            provider: if fal {
                ProviderName::Fal
            } else {
                ProviderName::Runware
            },
            ..to_fal(estimate)
        }),
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    let cost = prop_oneof![0_i64..200_000, any::<i64>()];
    let cost = proptest::option::of(cost.prop_map(MicroUsd::new));
    let code = (0..FailureCode::ALL.len()).prop_map(|index| FailureCode::ALL[index]);
    prop_oneof![
        (any_route(), any::<bool>()).prop_map(|(route, held)| Step::Claim {
            route,
            mode: ProviderMode::Live,
            held,
        }),
        Just(Step::Accept {
            handle: "h".to_owned()
        }),
        (code.clone(), any_route(), cost.clone()).prop_map(|(code, route, cost)| Step::Retry {
            code,
            detail: String::new(),
            polls: 1,
            cost,
            route
        }),
        cost.clone().prop_map(|cost| succeed(cost, 5)),
        (code, cost).prop_map(|(code, cost)| Step::Fail {
            code,
            detail: String::new(),
            polls: 0,
            cost
        }),
    ]
}

proptest! {
    /// Whatever happens, in whatever order: counters, budget and ledger tell the same story.
    #[test]
    fn money_and_counters_add_up_after_any_steps(steps in prop::collection::vec(any_step(), 0..20)) {
        let mut edit = queued();
        let mut committed = edit.reserved_micro_usd;
        let mut spent = MicroUsd::ZERO;
        let mut ledger = Vec::new();
        let mut counters: BTreeMap<Counter, i64> = BTreeMap::from([(Counter::Queued, 1)]);
        for (second, step) in (1..).zip(steps) {
            let before = edit.clone();
            match edit.step(step, at(second)) {
                Ok(made) => {
                    prop_assert!(!before.status.is_terminal(), "a terminal state changed");
                    prop_assert_eq!(made.from_status, before.status);
                    prop_assert_eq!(made.from_attempt, before.attempt);
                    if let Some(budget) = &made.budget {
                        committed = committed + budget.committed;
                        spent = spent + budget.spent;
                    }
                    ledger.extend(made.ledger);
                    if let Some(cost) = made.edit.current_attempt().and_then(|attempt| attempt.cost_micro_usd) {
                        let most = before.estimate().times(10).max(MicroUsd::new(100_000));
                        prop_assert!(made.from_status == Status::Queued || (MicroUsd::ZERO..=most).contains(&cost), "{cost}");
                    }
                    for (counter, amount) in made.figures.iter() {
                        *counters.entry(counter).or_default() += amount;
                    }
                    edit = made.edit;
                }
                Err(_) => prop_assert_eq!(&edit, &before),
            }
        }
        let booked: MicroUsd = ledger.iter().map(|entry| entry.amount_micro_usd).sum();
        prop_assert_eq!(booked, spent);
        prop_assert_eq!(ledger.len(), usize::from(edit.status.is_terminal()));
        let reserved = if edit.status.is_terminal() { MicroUsd::ZERO } else { edit.reserved_micro_usd };
        prop_assert_eq!(committed, spent + reserved);
        let paid = if edit.status.is_terminal() { edit.cost_micro_usd.unwrap_or_default() } else { MicroUsd::ZERO };
        prop_assert_eq!(spent, paid);
        if edit.status != Status::Succeeded && edit.status.is_terminal() {
            prop_assert_eq!(spent, edit.charged(), "a failure costs what the providers charged, and nothing else");
        }
        prop_assert_eq!(counters.get(&Counter::ReservedMicroUsd).copied().unwrap_or(0), (reserved - queued().reserved_micro_usd).get());
        for status in Status::ALL.iter().copied() {
            let expected = i64::from(status == edit.status);
            prop_assert_eq!(counters.get(&step::counter_of(status)).copied().unwrap_or(0), expected);
        }
        for provider in ProviderName::ALL.iter().copied() {
            prop_assert!(edit.tries_at(provider) <= MAX_ATTEMPTS);
        }
        let mut went: Vec<_> = edit.attempts.iter().map(|attempt| attempt.provider).collect();
        went.dedup();
        prop_assert!(went.len() <= 2, "there is no way back: {went:?}");
        prop_assert_eq!(edit.attempts.len(), edit.attempt as usize);
    }

    /// Recovery depends on this: it finds edits by their deadline.
    #[test]
    fn a_deadline_is_never_further_from_the_last_move_than_a_guest_is_patient(
        steps in prop::collection::vec((any_step(), 0_i64..900), 0..20),
    ) {
        let (mut edit, mut now) = (queued(), 0);
        for (step, seconds) in steps {
            now += seconds;
            if let Ok(made) = edit.step(step, at(now)) {
                edit = made.edit;
            }
            prop_assert!(edit.deadline_at.duration_since(edit.updated_at) <= PATIENCE);
        }
    }
}

#[test]
fn success_settles_to_the_real_cost_and_an_unknown_cost_to_the_reservation() {
    let processing = queued().step(CLAIM, at(1)).unwrap().edit;
    for (reported, booked) in [
        (Some(31_000), 31_000),
        (None, 40_000),
        (Some(0), 40_000),
        (Some(50_000), 50_000),
    ] {
        let step = succeed(reported.map(MicroUsd::new), 8);
        let made = processing.step(step, at(9)).unwrap();
        assert_eq!(made.edit.cost_micro_usd, Some(MicroUsd::new(booked)));
        assert_eq!(made.budget.unwrap().committed, MicroUsd::new(booked - 40_000));
        assert_eq!(
            made.edit.provider_latency_ms,
            Some(7_000),
            "without our own second"
        );
    }
}

#[test]
fn every_failure_releases_the_reservation_and_says_why() {
    for code in FailureCode::ALL.iter().copied() {
        let step = Step::Fail {
            code,
            detail: "d".to_owned(),
            polls: 0,
            cost: None,
        };
        let made = queued().step(step, at(1)).unwrap();
        assert_eq!(made.edit.status, code.status());
        let entry = made.ledger.unwrap();
        assert_eq!(
            (entry.amount_micro_usd, entry.reason.as_str()),
            (MicroUsd::ZERO, code.code())
        );
        assert_eq!(made.budget.unwrap().committed, MicroUsd::new(-40_000));
    }
}

#[test]
fn a_providers_charge_for_a_failure_is_booked() {
    let processing = queued().step(CLAIM, at(1)).unwrap().edit;
    let step = Step::Fail {
        code: FailureCode::Moderated,
        detail: String::new(),
        polls: 1,
        cost: Some(MicroUsd::new(39_000)),
    };
    let made = processing.step(step, at(2)).unwrap();
    let entry = made.ledger.unwrap();
    assert_eq!(
        (entry.kind, entry.amount_micro_usd, entry.reason.as_str()),
        (LedgerKind::Release, MicroUsd::new(39_000), "moderated")
    );
    let budget = made.budget.unwrap();
    assert_eq!(
        (budget.committed, budget.spent),
        (MicroUsd::new(-1_000), MicroUsd::new(39_000))
    );
    assert_eq!(made.edit.cost_micro_usd, Some(MicroUsd::new(39_000)));
}

#[test]
fn another_provider_that_is_dearer_raises_the_reservation_under_the_cap_and_a_cheaper_one_leaves_it() {
    let processing = queued().step(CLAIM, at(1)).unwrap().edit;
    for (estimate, raise) in [(70_000, 30_000), (40_000, 0), (10_000, 0)] {
        let made = processing.step(retry(Some(to_fal(estimate))), at(2)).unwrap();
        let direct = Step::Claim {
            route: Some(to_fal(estimate)),
            mode: ProviderMode::Fake,
            held: false,
        };
        for made in [made, queued().step(direct, at(2)).unwrap()] {
            let (edit, budget) = (&made.edit, made.budget);
            assert_eq!(
                (edit.provider, edit.estimate().get()),
                (ProviderName::Fal, estimate)
            );
            assert_eq!(edit.reserved_micro_usd, MicroUsd::new(40_000 + raise));
            assert_eq!(budget.as_ref().map_or(0, |budget| budget.committed.get()), raise);
            assert_eq!(made.cap.is_some(), raise > 0, "only a raise can pass the cap");
            assert_eq!(made.ledger, None);
        }
    }
}

#[test]
fn a_cost_out_of_bounds_is_booked_as_the_estimate_and_noted() {
    let processing = queued().step(CLAIM, at(1)).unwrap().edit;
    let step = |kind: &str, cost| match kind {
        "success" => succeed(Some(cost), 8),
        "failure" => Step::Fail {
            code: FailureCode::Moderated,
            detail: String::new(),
            polls: 1,
            cost: Some(cost),
        },
        _ => Step::Retry {
            code: FailureCode::ProviderError,
            detail: String::new(),
            polls: 1,
            cost: Some(cost),
            route: None,
        },
    };
    for (stated, booked) in [
        (400_000, 400_000),
        (400_001, 40_000),
        (39_000_000, 40_000),
        (-1, 40_000),
        (i64::MAX, 40_000),
        (i64::MIN, 40_000),
    ] {
        for kind in ["success", "failure", "retry"] {
            let stated = MicroUsd::new(stated);
            let made = processing.step(step(kind, stated), at(9)).unwrap();
            assert_eq!(made.edit.charged(), MicroUsd::new(booked), "{kind} {stated}");
            let is_believed = made.edit.charged() == stated;
            assert_eq!(
                made.disbelieved,
                (!is_believed).then_some(stated),
                "{kind} {stated}"
            );
        }
    }
    let nothing_estimated = Edit {
        estimate_micro_usd: Some(MicroUsd::ZERO),
        ..processing
    };
    let made = nothing_estimated
        .step(succeed(Some(MicroUsd::new(39_000)), 8), at(9))
        .unwrap();
    assert_eq!((made.edit.charged().get(), made.disbelieved), (39_000, None));
}

#[test]
fn an_unknown_cost_is_what_the_provider_was_expected_to_take() {
    let direct = Step::Claim {
        route: Some(to_fal(10_000)),
        mode: ProviderMode::Fake,
        held: false,
    };
    let processing = queued().step(direct, at(1)).unwrap().edit;
    let step = succeed(None, 8);
    let made = processing.step(step, at(9)).unwrap();
    assert_eq!(
        made.edit.cost_micro_usd,
        Some(MicroUsd::new(10_000)),
        "and not the dearer one's"
    );
}

#[test]
fn a_claim_derives_its_task_id_and_gives_a_held_edit_fresh_time() {
    let late = at(90_000);
    let made = queued().step(CLAIM, late).unwrap();
    let attempt = made.edit.current_attempt().unwrap();
    assert_eq!(attempt.task_id, TaskId::derive(made.edit.id, 1));
    assert_eq!(made.edit.deadline_at, late + ATTEMPT_PATIENCE);
    let soon = queued().step(CLAIM, at(1)).unwrap();
    assert_eq!(soon.edit.deadline_at, at(600));
}

#[test]
fn a_later_attempt_keeps_the_deadline_unless_the_edit_was_held_back() {
    let again = queued().step(CLAIM, at(1)).unwrap().edit;
    let again = again.step(retry(None), at(590)).unwrap().edit;
    assert_eq!(again.step(CLAIM, at(599)).unwrap().edit.deadline_at, at(600));
    let held = Step::Claim {
        route: None,
        mode: ProviderMode::Fake,
        held: true,
    };
    let made = again.step(held, at(5_000)).unwrap();
    assert_eq!(made.edit.deadline_at, at(5_000) + ATTEMPT_PATIENCE);
}

#[test]
fn the_last_attempt_at_a_provider_is_not_retried_there() {
    let mut edit = queued();
    for second in [1, 3] {
        edit = edit.step(CLAIM, at(second)).unwrap().edit;
        edit = edit.step(retry(None), at(second + 1)).unwrap().edit;
    }
    edit = edit.step(CLAIM, at(5)).unwrap().edit;
    assert!(!edit.may_retry(at(6)));
    assert!(edit.step(retry(None), at(6)).is_err());

    // Attempts are counted anew at the other provider, and the edit never returns to the first.
    edit = edit.step(retry(Some(to_fal(40_000))), at(6)).unwrap().edit;
    assert!(edit.may_retry(at(7)));
    assert!(!edit.may_move_to(ProviderName::Runware) && !edit.may_move_to(ProviderName::Fal));
    edit = edit.step(CLAIM, at(7)).unwrap().edit;
    assert_eq!(
        edit.current_attempt()
            .map(|attempt| (attempt.number, attempt.provider)),
        Some((4, ProviderName::Fal))
    );
    let back = Route {
        provider: ProviderName::Runware,
        ..to_fal(40_000)
    };
    assert!(edit.step(retry(Some(back)), at(8)).is_err());
}

#[test]
fn a_copy_is_stored_of_a_picture_that_was_made_and_changes_nothing_else() {
    let succeed = succeed(None, 8);
    let store = || Step::Store { output: output() };
    let processing = queued().step(CLAIM, at(1)).unwrap().edit;
    let succeeded = processing.step(succeed, at(2)).unwrap().edit;
    let lost = Edit {
        output: None,
        ..succeeded.clone()
    };
    let made = lost.step(store(), at(3)).unwrap();
    assert_eq!(
        (made.from_status, made.edit.status),
        (Status::Succeeded, Status::Succeeded)
    );
    assert!(made.figures.is_empty() && made.budget.is_none() && made.ledger.is_none());
    assert!(made.frees_guest.is_none());
    let restored = Edit {
        updated_at: succeeded.updated_at,
        ..made.edit
    };
    assert_eq!(restored, succeeded);
    let fail = Step::Fail {
        code: FailureCode::ProviderError,
        detail: String::new(),
        polls: 0,
        cost: None,
    };
    let failed = queued().step(fail, at(1)).unwrap().edit;
    for edit in [queued(), processing, failed] {
        assert!(edit.step(store(), at(3)).is_err(), "{:?}", edit.status);
    }
}
