//! The first layer that refuses decides the answer.

use strum::VariantArray;

use super::*;

/// A way to make one layer refuse.
type Breaker = (Layer, &'static str, fn(&mut World));

#[rustfmt::skip] // a table
const BREAKERS: &[Breaker] = &[
    (Layer::Enabled, "kill switch", |world| { world.settings.is_enabled = false; }),
    (Layer::Enabled, "closed to guests", |world| { world.settings.guest_enabled = false; }),
    (Layer::Entitlement, "no package", |world| { world.event.package = None; }),
    (Layer::Policy, "switched off", |world| { world.event.policy.enabled = false; }),
    (Layer::Policy, "no custom prompts", |world| { world.event.policy.allow_custom_prompt = false; }),
    (Layer::Policy, "too many edits of the guest", |world| { world.event.policy.max_in_flight_per_guest = Some(2); world.load.of_guest = 2; }),
    (Layer::Policy, "too many edits of the event", |world| { world.event.policy.max_in_flight_per_event = Some(2); world.load.of_event = 2; }),
    (Layer::Rate, "too many edits of the guest in this hour", |world| { world.edits_of_hour.of_guest = world.settings.edits_per_guest_and_hour; }),
    (Layer::Budget, "full", |world| { world.month.committed = MicroUsd::new(1_000_000); }),
    (Layer::Style, "not on the list", |world| { world.event.policy.allowed_style_keys = vec!["comic".parse().unwrap()]; }),
    (Layer::Style, "inactive", |world| { world.style("watercolour").is_active = false; }),
    (Layer::Style, "premium", |world| { world.style("watercolour").is_premium = true; }),
    (Layer::Style, "unknown", |world| { world.choose("nowhere"); }),
    (Layer::Style, "takes no prompt", |world| { world.style("watercolour").prompt_template = "as a comic".to_owned(); }),
    (Layer::Style, "too long", |world| { world.style("watercolour").prompt_template = "long {prompt}".repeat(40); }),
    (Layer::Safety, "blocked by the installation", |world| { world.settings.blocked_terms = vec!["snow".to_owned()].into(); }),
    (Layer::Safety, "blocked by the event", |world| { world.event.policy.blocked_terms = vec!["snow".to_owned()].into(); }),
];

/// The layers in their order, without the one that the workflow asks before it calls the guard.
fn order() -> impl Iterator<Item = Layer> {
    Layer::VARIANTS
        .iter()
        .copied()
        .filter(|layer| *layer != Layer::Abuse)
}

fn place(layer: Layer) -> usize {
    order().position(|each| each == layer).unwrap()
}

/// The layer that answered; `None` where all passed.
fn layer(verdict: &Verdict) -> Option<Layer> {
    match verdict {
        Verdict::Approved(_) => None,
        Verdict::PromptBlocked(_) => Some(Layer::Safety),
        Verdict::Refused(refusal) => Some(refusal.layer()),
    }
}

#[test]
fn a_good_request_passes_and_each_breaker_alone_breaks_its_own_layer() {
    assert_eq!(layer(&World::good().ask()), None);
    for (of, name, spoil) in BREAKERS {
        assert_eq!(layer(&World::with(spoil).ask()), Some(*of), "{name}");
    }
}

#[test]
fn of_any_two_layers_that_refuse_the_earlier_one_answers() {
    let mut pairs = std::collections::BTreeSet::new();
    for (early, early_name, spoil_early) in BREAKERS {
        let later = BREAKERS.iter().filter(|(late, ..)| place(*late) > place(*early));
        for (late, late_name, spoil_late) in later {
            let world = World::with(|world| {
                spoil_early(world);
                spoil_late(world);
            });
            assert_eq!(layer(&world.ask()), Some(*early), "{early_name} and {late_name}");
            pairs.insert((place(*early), place(*late)));
        }
    }
    let layers = order().count();
    assert_eq!(
        pairs.len(),
        layers * (layers - 1) / 2,
        "every layer needs a breaker"
    );
}

#[test]
fn with_every_layer_refusing_each_repair_uncovers_the_next() {
    for first in order() {
        let world = World::with(|world| {
            BREAKERS
                .iter()
                .filter(|(of, ..)| place(*of) >= place(first))
                .for_each(|(.., spoil)| spoil(world));
        });
        let answered = layer(&world.ask());
        assert_eq!(
            answered,
            Some(first),
            "{first:?} needs a breaker, and its call in `approve`"
        );
    }
}

#[test]
fn the_kill_switch_tells_the_status_message_to_everybody() {
    let mut world = World::with(|world| {
        world.settings.is_enabled = false;
        world.settings.status_message = "Back at eight.".to_owned();
    });
    for audience in [Audience::Guest, Audience::Tenant] {
        world.audience = audience;
        assert_eq!(
            world.refusal(),
            Refusal::FeatureDisabled("Back at eight.".to_owned())
        );
    }
}

#[test]
fn tenants_may_try_what_is_still_closed_to_guests() {
    let mut world = World::with(|world| world.settings.guest_enabled = false);
    assert_eq!(layer(&world.ask()), Some(Layer::Enabled));
    world.audience = Audience::Tenant;
    assert_eq!(layer(&world.ask()), None);
}

#[test]
fn a_blocked_prompt_keeps_what_would_have_been_sent() {
    let world = World::with(|world| world.settings.blocked_terms = vec!["snow".to_owned()].into());
    let Verdict::PromptBlocked(approval) = world.ask() else {
        panic!("not blocked")
    };
    assert_eq!(*approval, World::good().approval());
}

#[test]
fn an_admitted_edit_goes_to_the_queue_at_once_or_is_held_back() {
    let mut settings = Settings::default();
    for (auto, expected) in [(true, Dispatch::Now), (false, Dispatch::Held)] {
        settings.queue_auto_dispatch = auto;
        assert_eq!(queue::dispatch(&settings), expected);
    }
}
