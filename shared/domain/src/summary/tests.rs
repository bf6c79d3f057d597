use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::event::{EventPolicy, FEATURE_AI_STYLING, Package};
use crate::provider::ProviderName;
use crate::style::sample;

/// A summary's facts, owned.
struct World {
    event: Event,
    caps: BudgetCaps,
    budget: BudgetMonth,
    figures: Figures,
    latencies: LatencyHistogram,
    breakers: Breakers,
    styles: Vec<Style>,
    settings: Settings,
}

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

impl World {
    fn with(change: impl FnOnce(&mut Self)) -> Summary {
        let package = Package {
            key: "party".parse().unwrap(),
            name: "Party".to_owned(),
            features: vec![FEATURE_AI_STYLING.to_owned()],
            version: 1,
        };
        let mut world = Self {
            event: Event {
                id: "e1".parse().unwrap(),
                tenant_id: "t1".parse().unwrap(),
                slug: "party".parse().unwrap(),
                name: "Party".to_owned(),
                package: Some(package),
                addons: Vec::new(),
                policy: EventPolicy::default(),
                watermark: None,
                policy_version: 0,
                created_at: None,
                scope_key: String::new(),
            },
            caps: BudgetCaps::default(),
            budget: BudgetMonth::default(),
            figures: Figures::default(),
            latencies: LatencyHistogram::default(),
            breakers: Breakers::default(),
            styles: vec![sample("comic")],
            settings: Settings::default(),
        };
        change(&mut world);
        Summary::of(&SummaryFacts {
            event: &world.event,
            caps: &world.caps,
            month: "2026-09",
            budget: world.budget,
            figures: &world.figures,
            latencies: &world.latencies,
            breakers: world.breakers,
            styles: &world.styles,
            settings: &world.settings,
            counterpart_cost: |_, model, _| (model == "pair").then_some(MicroUsd::new(70_000)),
            now: now(),
        })
    }
}

#[test]
fn with_a_fallback_the_dearer_of_the_two_must_fit_in_the_budget() {
    let with_fallback = |fallback| {
        World::with(|world| {
            world.styles[0].provider_model = "pair".to_owned();
            world.settings.fallback_provider = fallback;
            world.caps.hard_cap_micro_usd = Some(MicroUsd::new(69_999));
        })
    };
    let alone = with_fallback(None);
    assert_eq!(alone.spend.edits_left, Some(1));
    assert!(!alone.alerts(CheckId::BudgetHardCap));
    let together = with_fallback(Some(crate::ProviderName::Fal));
    assert_eq!(together.spend.edits_left, Some(0));
    assert!(together.alerts(CheckId::BudgetHardCap));
}

#[test]
fn a_provider_out_of_service_is_an_alert() {
    let summary = World::with(|world| {
        let fal = world.breakers.of_mut(ProviderName::Fal);
        *fal = fal.pinned(Some(crate::breaker::Pin::Open));
    });
    assert!(summary.alerts(CheckId::Providers));
    let check = summary.checks.iter().find(|check| check.id == CheckId::Providers);
    assert_eq!(check.unwrap().value, Some(Reading::Whole(1)));
}

fn status(summary: &Summary, id: CheckId) -> CheckStatus {
    summary.checks.iter().find(|check| check.id == id).unwrap().status
}

#[test]
fn an_event_without_edits_has_no_rates_and_raises_no_alert() {
    let summary = World::with(|_| ());
    assert_eq!(summary.rates.failure_rate, None);
    assert_eq!(
        summary.latency,
        Latency {
            avg: None,
            p50: None,
            p95: None,
            samples: 0
        }
    );
    assert_eq!(summary.spend.edits_left, None);
    assert_eq!(
        status(&summary, CheckId::FailureRate),
        CheckStatus::InsufficientData
    );
    assert_eq!(summary.checks.len(), CheckId::ALL.len());
    assert!(CheckId::ALL.iter().all(|id| !summary.alerts(*id)));
}

#[test]
fn the_failure_rate_alerts_at_its_threshold_once_there_are_enough_samples() {
    let failing = |failed, succeeded| {
        let summary = World::with(|world| {
            world.figures.failed = failed;
            world.figures.succeeded = succeeded;
        });
        status(&summary, CheckId::FailureRate)
    };
    assert_eq!(failing(9, 0), CheckStatus::InsufficientData);
    assert_eq!(failing(3, 7), CheckStatus::Ok);
    assert_eq!(failing(7, 13), CheckStatus::Alert, "35 % of 20");
}

#[test]
fn a_blocked_edit_is_finished_but_has_not_failed() {
    let summary = World::with(|world| {
        world.figures = Figures {
            succeeded: 4,
            failed: 3,
            blocked: 3,
            provider_failed: 2,
            moderation_hits: 3,
            queued: 5,
            ..Figures::default()
        };
    });
    let rates = summary.rates;
    assert_eq!(rates.samples, 10);
    assert_eq!(rates.failure_rate, Some(0.3));
    assert_eq!(rates.provider_failure_rate, Some(0.2));
    assert_eq!(rates.moderation_hit_rate, Some(0.3));
}

#[test]
fn a_slow_provider_alerts_by_its_mean() {
    let mean = |millis: i64| {
        let summary = World::with(|world| {
            world.figures.latency_samples = 10;
            world.figures.latency_sum_ms = 10 * millis;
        });
        status(&summary, CheckId::Latency)
    };
    assert_eq!(
        (mean(14_999), mean(15_000)),
        (CheckStatus::Ok, CheckStatus::Alert)
    );
}

#[test]
fn edits_left_are_the_cheapest_usable_styles_under_the_cap_in_force() {
    let left = |committed, cap: Option<i64>, change: &dyn Fn(&mut World)| {
        World::with(|world| {
            world.caps.hard_cap_micro_usd = cap.map(MicroUsd::new);
            world.budget.committed = MicroUsd::new(committed);
            change(world);
        })
        .spend
        .edits_left
    };
    let same = |_: &mut World| ();
    assert_eq!(left(0, Some(100_000), &same), Some(2), "40,000 each");
    assert_eq!(left(60_001, Some(100_000), &same), Some(0));
    assert_eq!(
        left(200_000, Some(100_000), &same),
        Some(0),
        "a cap that was lowered"
    );
    assert_eq!(left(0, None, &same), None);
    let cheaper = |world: &mut World| {
        let mut inactive = sample("inactive");
        inactive.is_active = false;
        inactive.estimated_cost_micro_usd = MicroUsd::new(1);
        let mut premium = sample("premium");
        premium.is_premium = true;
        premium.estimated_cost_micro_usd = MicroUsd::new(2);
        let mut cheap = sample("cheap");
        cheap.estimated_cost_micro_usd = MicroUsd::new(10_000);
        world.styles.extend([inactive, premium, cheap]);
    };
    assert_eq!(left(0, Some(100_000), &cheaper), Some(10));
    let overridden = |world: &mut World| {
        world.caps.override_until = Some(now() + jiff::SignedDuration::from_secs(1));
    };
    assert_eq!(left(100_000, Some(100_000), &overridden), None);
    let free = |world: &mut World| world.styles[0].estimated_cost_micro_usd = MicroUsd::ZERO;
    assert_eq!(left(0, Some(100_000), &free), None, "nothing costs anything");
}

#[test]
fn caps_alert_when_they_are_reached_and_the_hard_one_when_nothing_fits_any_more() {
    let alerts = |committed| {
        let summary = World::with(|world| {
            world.caps.soft_cap_micro_usd = Some(MicroUsd::new(80_000));
            world.caps.hard_cap_micro_usd = Some(MicroUsd::new(150_000));
            world.budget.committed = MicroUsd::new(committed);
        });
        (
            summary.alerts(CheckId::BudgetSoftCap),
            summary.alerts(CheckId::BudgetHardCap),
        )
    };
    assert_eq!(alerts(79_999), (false, false));
    assert_eq!(alerts(80_000), (true, false));
    assert_eq!(alerts(110_000), (true, false));
    assert_eq!(alerts(110_001), (true, true), "no room for 40,000");
    assert_eq!(alerts(150_000), (true, true));
}

#[test]
fn the_reserved_amount_is_committed_less_spent() {
    let spend = World::with(|world| {
        world.figures.spent_micro_usd = 30;
        world.budget.committed = MicroUsd::new(100);
        world.budget.spent = MicroUsd::new(70);
    })
    .spend;
    assert_eq!(
        (spend.event.get(), spend.tenant.get(), spend.reserved.get()),
        (30, 70, 30)
    );
}

#[test]
fn a_summary_shows_an_escalation_and_a_lost_entitlement() {
    let summary = World::with(|world| {
        world.figures.abuse_escalated_at = Some(now());
        world.event.package = None;
    });
    assert!(summary.alerts(CheckId::AbuseEscalation));
    assert_eq!(summary.granted_by, None);
}

#[test]
fn an_escalation_is_over_with_its_hour() {
    let summary = World::with(|world| {
        world.figures.abuse_escalations = 1;
        world.figures.abuse_escalated_at = now().checked_sub(SignedDuration::from_hours(1)).ok();
    });
    assert!(!summary.alerts(CheckId::AbuseEscalation));
}

#[test]
fn ids_and_statuses_have_names_of_their_own() {
    let mut names: Vec<_> = CheckId::ALL.iter().map(|id| id.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CheckId::ALL.len());
}

proptest! {
    #[test]
    fn every_rate_is_a_share(
        succeeded in -5_i64..1_000, failed in -5_i64..1_000, blocked in -5_i64..1_000,
        provider_failed in -5_i64..2_000, moderation_hits in -5_i64..2_000,
    ) {
        let figures = Figures { succeeded, failed, blocked, provider_failed, moderation_hits, ..Figures::default() };
        let rates = Rates::of(&figures);
        for rate in [rates.failure_rate, rates.moderation_hit_rate, rates.provider_failure_rate] {
            prop_assert_eq!(rate.is_some(), rates.samples > 0);
            prop_assert!(rate.is_none_or(|rate| (0.0..=1.0).contains(&rate)));
        }
    }

    #[test]
    fn edits_left_fit_and_one_more_does_not(cap in 0_i64..10_000_000, committed in 0_i64..10_000_000) {
        let summary = World::with(|world| {
            world.caps.hard_cap_micro_usd = Some(MicroUsd::new(cap));
            world.budget.committed = MicroUsd::new(committed);
        });
        let left = i64::try_from(summary.spend.edits_left.unwrap()).unwrap();
        prop_assert!(left == 0 || committed + left * 40_000 <= cap);
        prop_assert!(committed + (left + 1) * 40_000 > cap);
        prop_assert_eq!(left == 0, summary.alerts(CheckId::BudgetHardCap));
    }
}
