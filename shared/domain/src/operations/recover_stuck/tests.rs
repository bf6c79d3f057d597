use serde_json::json;

use super::*;
use crate::edit::Step;
use crate::edit::samples::{at, queued};
use crate::settings::ProviderMode;

fn asks(minutes: u32) -> RecoverStuck {
    RecoverStuck {
        minutes,
        ..RecoverStuck::default()
    }
}

fn processing() -> Edit {
    let claim = Step::Claim {
        route: None,
        mode: ProviderMode::Fake,
        held: false,
    };
    queued().step(claim, at(0)).unwrap().edit
}

#[test]
fn an_empty_payload_is_a_dry_run_of_half_an_hour() {
    let payload: RecoverStuck = serde_json::from_value(json!({})).unwrap();
    assert_eq!(payload, RecoverStuck::default());
    assert_eq!((payload.minutes, payload.action), (30, Recovery::DryRun));
    assert_eq!((payload.limit.get(), payload.spare_held), (500, false));
    let payload = json!({"minutes": 2, "action": "requeue", "limit": 7, "spare_held": true});
    let payload: RecoverStuck = serde_json::from_value(payload).unwrap();
    assert_eq!((payload.minutes, payload.action), (2, Recovery::Requeue));
    for slip in [
        json!({"action": "requeu"}),
        json!({"minute": 3}),
        json!({"limit": 0}),
        json!({"minutes": -1}),
    ] {
        assert!(
            serde_json::from_value::<RecoverStuck>(slip.clone()).is_err(),
            "{slip}"
        );
    }
}

#[test]
fn a_stuck_edit_is_found_by_its_deadline() {
    for edit in [queued(), processing()] {
        for minutes in [0, 1, 2, 10, 30, u32::MAX] {
            for second in [0, 59, 60, 119, 120, 600, 601, 1_800, 1_000_000] {
                let (asked, now) = (asks(minutes), at(second));
                let is_stuck = second >= i64::from(minutes) * 60;
                assert_eq!(asked.is_stuck(&edit, now), is_stuck, "{minutes} min, {second} s");
                assert!(
                    !is_stuck || edit.deadline_at <= asked.due_before(now),
                    "{minutes} min, {second} s"
                );
            }
        }
    }
}

#[test]
fn an_ended_edit_is_never_stuck() {
    let fail = Step::Fail {
        code: crate::FailureCode::ProviderError,
        detail: String::new(),
        polls: 0,
        cost: None,
    };
    let failed = queued().step(fail, at(1)).unwrap().edit;
    assert!(!asks(0).is_stuck(&failed, at(1_000_000)));
}

#[test]
fn the_schedule_spares_what_an_operator_holds_back() {
    let retried = Edit {
        attempt: 1,
        ..queued()
    };
    let settings = |is_enabled, queue_auto_dispatch| Settings {
        is_enabled,
        queue_auto_dispatch,
        ..Settings::default()
    };
    let schedule = RecoverStuck {
        spare_held: true,
        ..asks(2)
    };
    for (edit, is_enabled, dispatches, spared) in [
        (queued(), true, true, false),
        (queued(), true, false, true),
        (queued(), false, true, true),
        // It was let through once.
        (retried.clone(), true, false, false),
        (retried, false, true, true),
        // What is at the provider is paid for.
        (processing(), false, false, false),
    ] {
        let settings = settings(is_enabled, dispatches);
        assert_eq!(schedule.spares(&edit, &settings), spared, "{:?}", edit.status);
        assert!(
            !asks(2).spares(&edit, &settings),
            "an operator knows what he does"
        );
    }
}
