use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::figures::Counter;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn queued() -> Edit {
    Edit {
        id: EditId::new(at(0), 1),
        event_id: "e1".parse().unwrap(),
        tenant_id: "t1".parse().unwrap(),
        event_slug: "party".parse().unwrap(),
        photo_id: PhotoId::new(at(0), 2),
        photo_object_key: "events/party/photos/1".to_owned(),
        origin: Origin::Tenant,
        counts_for_guest: false,
        status: Status::Queued,
        style_key: None,
        style_version: None,
        prompt: None,
        negative_prompt: None,
        rendered_prompt: "p".to_owned(),
        rendered_negative_prompt: None,
        provider: ProviderName::Runware,
        model: "fake:ok".to_owned(),
        seed: None,
        attempt: 0,
        attempts: Vec::new(),
        polls: 0,
        provider_latency_ms: None,
        month: "2026-11".to_owned(),
        reserved_micro_usd: MicroUsd::new(40_000),
        cost_micro_usd: None,
        output: None,
        provider_url: None,
        failure: None,
        created_at: at(0),
        updated_at: at(0),
        completed_at: None,
        deadline_at: at(600),
    }
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

fn any_step() -> impl Strategy<Value = Step> {
    let cost = proptest::option::of((0_i64..200_000).prop_map(MicroUsd::new));
    let code = (0..FailureCode::ALL.len()).prop_map(|index| FailureCode::ALL[index]);
    prop_oneof![
        Just(Step::Claim),
        Just(Step::Accept {
            handle: "h".to_owned()
        }),
        code.clone().prop_map(|code| Step::Retry {
            code,
            detail: String::new(),
            polls: 1
        }),
        cost.clone().prop_map(|cost| Step::Succeed {
            output: output(),
            cost,
            provider_url: None,
            seed: None,
            polls: 2
        }),
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
    fn money_and_counters_add_up_after_any_steps(steps in prop::collection::vec(any_step(), 0..12)) {
        let mut edit = queued();
        let mut committed = edit.reserved_micro_usd;
        let mut spent = MicroUsd::ZERO;
        let mut ledger = Vec::new();
        let mut counters: BTreeMap<Counter, i64> = BTreeMap::from([(Counter::Queued, 1), (Counter::Open, 1)]);
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
        prop_assert_eq!(spent > MicroUsd::ZERO, edit.status == Status::Succeeded);
        for status in Status::ALL {
            let expected = i64::from(status == edit.status);
            prop_assert_eq!(counters.get(&step::counter_of(status)).copied().unwrap_or(0), expected);
        }
        let open = counters.get(&Counter::Open).copied().unwrap_or(0);
        prop_assert_eq!(open, i64::from(!edit.status.is_terminal()));
        prop_assert!(edit.attempt <= MAX_ATTEMPTS);
        prop_assert_eq!(edit.attempts.len(), edit.attempt as usize);
    }
}

#[test]
fn success_settles_to_the_real_cost_and_an_unknown_cost_to_the_reservation() {
    let processing = queued().step(Step::Claim, at(1)).unwrap().edit;
    for (reported, booked) in [
        (Some(31_000), 31_000),
        (None, 40_000),
        (Some(0), 40_000),
        (Some(50_000), 50_000),
    ] {
        let step = Step::Succeed {
            output: output(),
            cost: reported.map(MicroUsd::new),
            provider_url: None,
            seed: None,
            polls: 1,
        };
        let made = processing.step(step, at(9)).unwrap();
        assert_eq!(made.edit.cost_micro_usd, Some(MicroUsd::new(booked)));
        assert_eq!(made.budget.unwrap().committed, MicroUsd::new(booked - 40_000));
        assert_eq!(made.edit.provider_latency_ms, Some(8_000));
    }
}

#[test]
fn every_failure_releases_the_reservation_and_says_why() {
    for code in FailureCode::ALL {
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
fn a_claim_derives_its_task_id_and_gives_a_held_edit_fresh_time() {
    let late = at(90_000);
    let made = queued().step(Step::Claim, late).unwrap();
    let attempt = made.edit.current_attempt().unwrap();
    assert_eq!(attempt.task_id, TaskId::derive(made.edit.id, 1));
    assert_eq!(made.edit.deadline_at, late + ATTEMPT_PATIENCE);
    let soon = queued().step(Step::Claim, at(1)).unwrap();
    assert_eq!(soon.edit.deadline_at, at(600));
}

#[test]
fn the_last_attempt_is_not_retried() {
    let mut edit = queued();
    for _ in 1..MAX_ATTEMPTS {
        edit = edit.step(Step::Claim, at(1)).unwrap().edit;
        let retry = Step::Retry {
            code: FailureCode::ProviderError,
            detail: String::new(),
            polls: 0,
        };
        edit = edit.step(retry, at(2)).unwrap().edit;
    }
    edit = edit.step(Step::Claim, at(3)).unwrap().edit;
    assert!(!edit.may_retry(at(4)));
    let retry = Step::Retry {
        code: FailureCode::ProviderError,
        detail: String::new(),
        polls: 0,
    };
    assert!(edit.step(retry, at(4)).is_err());
}
