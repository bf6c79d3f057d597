//! Of two refusing layers the earlier one answers, and the later one leaves no trace.

use domain::MicroUsd;
use domain::budget::Tenant;
use domain::settings::setting;
use domain::{Event, PhotoId};
use futures::future::join_all;
use serde_json::{Value, json};
use world::traces::{self, Traces};
use world::{Caller, Place, World, settings, styles};

contract! {
    in_memory {
        each_layer_alone_gives_its_own_answer_and_leaves_its_own_traces,
        the_earlier_of_two_refusing_layers_answers_a_guest_and_the_later_leaves_no_trace,
        the_earlier_of_two_refusing_layers_answers_an_organiser,
        the_kill_switch_answers_before_every_layer,
    }
}

const WORD: &str = "forbiddenword";
const KEY: &str = "tap-1";
/// Enough blocked prompts for the default threshold.
const TOO_MANY: u32 = 25;

/// The layers in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Refuser {
    Enabled,
    Abuse,
    Entitlement,
    Policy,
    Budget,
    Style,
    Safety,
}

impl Refuser {
    const AFTER_THE_SWITCH: [Self; 6] = [
        Self::Abuse,
        Self::Entitlement,
        Self::Policy,
        Self::Budget,
        Self::Style,
        Self::Safety,
    ];

    const fn answer(self) -> (u16, &'static str) {
        match self {
            Self::Enabled => (503, "feature_disabled"),
            Self::Abuse => (429, "rate_limited"),
            Self::Entitlement => (403, "feature_locked"),
            Self::Policy => (403, "event_policy_blocked"),
            Self::Budget => (402, "budget_hard_cap_reached"),
            Self::Style => (403, "style_locked"),
            Self::Safety => (422, "prompt_blocked"),
        }
    }

    /// The items that a layer may leave behind when it answers, by the beginning of their sort keys.
    const fn own_traces(self) -> &'static [&'static str] {
        match self {
            // The hard cap raises an alert: the alert item, and the mark on the month.
            Self::Budget => &["ALERT#", "BUDGET#"],
            // The blocked edit, the event's figures and its hour, the guest's hour, the idempotency record.
            Self::Safety => &["EDIT#", "STATS#", "ACTIVITY#", "HOUR#", "META"],
            _ => &[],
        }
    }

    fn spoil(self, tenant: &mut Tenant, event: &mut Event) {
        match self {
            Self::Entitlement => event.package = None,
            Self::Policy => event.policy.enabled = false,
            Self::Budget => tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(1)),
            // These layers do not read the event.
            Self::Enabled | Self::Abuse | Self::Style | Self::Safety => {}
        }
        event.policy.blocked_terms = vec![WORD.to_owned()].into();
    }
}

/// A world in which these layers refuse, and a request that they refuse.
async fn world_against(place: &Place, refusers: &[Refuser]) -> (World, PhotoId, Value) {
    let world = World::with(place, |tenant, event| {
        for refuser in refusers {
            refuser.spoil(tenant, event);
        }
    })
    .await;
    if refusers.contains(&Refuser::Abuse) {
        traces::remember_blocked(&world, &world.guest, TOO_MANY).await;
    }
    let photo = world.photo_without_file().await;
    let style = if refusers.contains(&Refuser::Style) {
        styles::LOCKED
    } else {
        styles::OK
    };
    let prompt = if refusers.contains(&Refuser::Safety) {
        format!("a {WORD} on a boat")
    } else {
        "a pirate on a boat".to_owned()
    };
    (world, photo, json!({ "style_key": style, "prompt": prompt }))
}

/// Asks as a guest, and asserts that only the answering layer leaves items behind.
async fn assert_answers(place: &Place, refusers: &[Refuser]) {
    let first = refusers.iter().min().unwrap();
    let (world, photo, body) = world_against(place, refusers).await;
    let before = Traces::of(&world, &world.guest, KEY).await;
    let reply = world.guest.create_edit_once(photo, &body, KEY).await;
    let (status, code) = first.answer();
    assert_eq!(
        (reply.status, reply.body["code"].as_str()),
        (status, Some(code)),
        "{refusers:?}"
    );
    reply.problem(status, code);
    let after = Traces::of(&world, &world.guest, KEY).await;
    let own = first.own_traces();
    let foreign: Vec<_> = after
        .since(&before)
        .into_iter()
        .filter(|sk| !own.iter().any(|own| sk.starts_with(own)))
        .collect();
    assert_eq!(foreign, [""; 0], "{refusers:?} left this behind");
    if own.is_empty() {
        assert_eq!(after, before, "{refusers:?}");
    }
}

/// Asks as an organiser, whose blocked prompts are not counted.
async fn assert_answers_organiser(place: &Place, refusers: &[Refuser]) {
    let first = refusers.iter().min().unwrap();
    let (world, photo, mut body) = world_against(place, refusers).await;
    body["photo_id"] = json!(photo);
    let organiser = Caller::organiser(&world).await;
    let reply = organiser.create_edit_once(&world, &body, KEY).await;
    let (status, code) = first.answer();
    assert_eq!(
        (reply.status, reply.body["code"].as_str()),
        (status, Some(code)),
        "{refusers:?}"
    );
}

fn pairs() -> Vec<[Refuser; 2]> {
    let all = Refuser::AFTER_THE_SWITCH;
    let pairs = all.iter().flat_map(|early| all.map(|late| [*early, late]));
    pairs.filter(|[early, late]| early < late).collect()
}

async fn each_layer_alone_gives_its_own_answer_and_leaves_its_own_traces(place: Place) {
    let all = Refuser::AFTER_THE_SWITCH;
    join_all(all.map(async |refuser| assert_answers(&place, &[refuser]).await)).await;
}

async fn the_earlier_of_two_refusing_layers_answers_a_guest_and_the_later_leaves_no_trace(place: Place) {
    let pairs = pairs();
    assert_eq!(pairs.len(), 15);
    for some in pairs.chunks(5) {
        join_all(some.iter().map(|pair| assert_answers(&place, pair))).await;
    }
}

async fn the_earlier_of_two_refusing_layers_answers_an_organiser(place: Place) {
    let pairs: Vec<_> = pairs()
        .into_iter()
        .filter(|pair| !pair.contains(&Refuser::Abuse))
        .collect();
    assert_eq!(pairs.len(), 10);
    for some in pairs.chunks(5) {
        join_all(some.iter().map(|pair| assert_answers_organiser(&place, pair))).await;
    }
}

async fn the_kill_switch_answers_before_every_layer(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(is_enabled), "false")]).await;
    let all = Refuser::AFTER_THE_SWITCH;
    join_all(all.map(async |later| assert_answers(&place, &[Refuser::Enabled, later]).await)).await;
    let organiser = all.into_iter().filter(|later| *later != Refuser::Abuse);
    let asked = organiser.map(async |later| {
        assert_answers_organiser(&place, &[Refuser::Enabled, later]).await;
    });
    join_all(asked).await;
}
