//! The cap, to the micro-dollar.

use super::*;

/// A month with this much room under the cap of 1,000,000.
fn with_room(room: i64) -> World {
    World::with(|world| world.month.committed = MicroUsd::new(1_000_000 - room))
}

#[test]
fn a_request_may_fill_the_budget_exactly_but_not_pass_it_by_one_micro_dollar() {
    // Both styles are estimated at 40,000.
    assert_eq!(with_room(40_000).approval().cap, Some(MicroUsd::new(1_000_000)));
    assert_eq!(with_room(39_999).refusal(), Refusal::BudgetHardCapReached);
    assert_eq!(with_room(0).refusal(), Refusal::BudgetHardCapReached);
    assert_eq!(with_room(-1).refusal(), Refusal::BudgetHardCapReached);
}

#[test]
fn a_prompt_alone_is_measured_by_the_style_that_it_gets() {
    let mut world = World::good();
    world.event.policy.allow_prompt_without_style = true;
    world.event.policy.allowed_style_keys = vec!["watercolour".parse().unwrap()];
    world.request.style_key = None;
    world.request.prompt = Some("a fox in the snow".to_owned());
    // Cheaper, but not on the event's list.
    world.style("comic").estimated_cost_micro_usd = MicroUsd::new(10_000);
    world.caps.soft_cap_micro_usd = Some(MicroUsd::new(1));
    world.caps.soft_cap_max_style_cost_micro_usd = Some(MicroUsd::new(20_000));
    assert_eq!(world.refusal(), Refusal::BudgetSoftCapStyle);
}

#[test]
fn reservations_count_like_spending() {
    let mut world = with_room(39_999);
    for spent in [0, 500_000, 960_001] {
        world.month.spent = MicroUsd::new(spent);
        assert_eq!(world.refusal(), Refusal::BudgetHardCapReached);
    }
}

#[test]
fn the_approval_reserves_the_styles_estimate() {
    let world =
        World::with(|world| world.style("watercolour").estimated_cost_micro_usd = MicroUsd::new(123_456));
    assert_eq!(world.approval().estimate, MicroUsd::new(123_456));
}

#[test]
fn with_a_fallback_the_dearer_of_the_two_is_reserved_and_must_fit() {
    let mut world = with_room(69_999);
    world.style("watercolour").provider_model = "pair".to_owned();
    assert_eq!(
        world.approval().reserve,
        MicroUsd::new(40_000),
        "nobody takes over"
    );
    world.settings.fallback_provider = Some(ProviderName::Fal);
    assert_eq!(world.refusal(), Refusal::BudgetHardCapReached);
    world.month.committed = MicroUsd::new(1_000_000 - 70_000);
    let approval = world.approval();
    assert_eq!(
        (approval.estimate.get(), approval.reserve.get()),
        (40_000, 70_000)
    );
    world.style("watercolour").estimated_cost_micro_usd = MicroUsd::new(70_000);
    assert_eq!(
        world.approval().reserve,
        MicroUsd::new(70_000),
        "the other is no dearer"
    );
}

#[test]
fn the_price_of_a_fallback_makes_no_style_too_dear_for_the_soft_cap() {
    let mut world = with_room(500_000);
    world.style("watercolour").provider_model = "pair".to_owned();
    world.settings.fallback_provider = Some(ProviderName::Fal);
    world.caps.soft_cap_micro_usd = Some(MicroUsd::new(1));
    world.caps.soft_cap_max_style_cost_micro_usd = Some(MicroUsd::new(40_000));
    assert_eq!(world.approval().reserve, MicroUsd::new(70_000));
}

#[test]
fn an_override_lifts_the_cap_until_its_time_and_not_at_it() {
    let mut world = with_room(0);
    world.caps.override_until = Some(at(1));
    assert_eq!(
        world.approval().cap,
        None,
        "the transaction must not enforce the cap either"
    );
    for over in [at(0), at(-1)] {
        world.caps.override_until = Some(over);
        assert_eq!(world.refusal(), Refusal::BudgetHardCapReached);
    }
}

#[test]
fn without_a_hard_cap_nothing_is_refused() {
    let mut world = with_room(-1_000_000_000);
    world.caps.hard_cap_micro_usd = None;
    assert_eq!(world.approval().cap, None);
}

#[test]
fn a_soft_cap_alone_never_refuses() {
    let mut world = with_room(-1_000_000_000);
    world.caps = BudgetCaps {
        soft_cap_micro_usd: Some(MicroUsd::ZERO),
        ..BudgetCaps::default()
    };
    assert_eq!(world.approval().cap, None);
}

#[test]
fn above_the_soft_cap_an_organiser_may_allow_cheap_styles_only() {
    let with = |committed, most: Option<i64>| {
        World::with(|world| {
            world.style("watercolour").estimated_cost_micro_usd = MicroUsd::new(40_000);
            world.month.committed = MicroUsd::new(committed);
            world.caps = BudgetCaps {
                soft_cap_micro_usd: Some(MicroUsd::new(100_000)),
                soft_cap_max_style_cost_micro_usd: most.map(MicroUsd::new),
                ..BudgetCaps::default()
            };
        })
    };
    for (committed, most, passes) in [
        (60_000, Some(39_999), true),
        (60_001, Some(39_999), false),
        (60_001, Some(40_000), true),
        (60_001, None, true),
    ] {
        let verdict = with(committed, most).ask();
        let refused = Verdict::Refused(Refusal::BudgetSoftCapStyle);
        assert_eq!(verdict != refused, passes, "{committed} {most:?}: {verdict:?}");
    }
}

#[test]
fn a_hard_cap_of_zero_refuses_everything() {
    let world = World::with(|world| world.caps.hard_cap_micro_usd = Some(MicroUsd::ZERO));
    assert_eq!(world.refusal(), Refusal::BudgetHardCapReached);
}

#[test]
fn an_unknown_style_is_measured_by_the_cheapest_active_one() {
    let mut world = World::with(|world| {
        world.choose("nowhere");
        world.style("watercolour").estimated_cost_micro_usd = MicroUsd::new(30_000);
        world.style("comic").estimated_cost_micro_usd = MicroUsd::new(10_000);
        world.style("comic").is_active = false;
    });
    world.month.committed = MicroUsd::new(1_000_000 - 30_000);
    assert_eq!(
        world.invalid().0,
        "/style_key",
        "there is room for the cheapest active style"
    );
    world.month.committed = MicroUsd::new(1_000_000 - 29_999);
    assert_eq!(
        world.refusal(),
        Refusal::BudgetHardCapReached,
        "the inactive style is no measure"
    );
    world.request.style_key = None;
    world.event.policy.allow_prompt_without_style = true;
    assert_eq!(
        world.refusal(),
        Refusal::BudgetHardCapReached,
        "a free prompt is measured the same way"
    );
}

#[test]
fn without_any_style_only_a_budget_that_is_passed_refuses() {
    let mut world = with_room(0);
    world.styles.clear();
    assert_eq!(world.invalid().0, "/style_key");
    world.month.committed = MicroUsd::new(1_000_001);
    assert_eq!(world.refusal(), Refusal::BudgetHardCapReached);
}

#[test]
fn amounts_at_the_edge_of_the_type_refuse_instead_of_wrapping() {
    let world = World::with(|world| world.month.committed = MicroUsd::new(i64::MAX));
    assert_eq!(world.refusal(), Refusal::BudgetHardCapReached);
}
