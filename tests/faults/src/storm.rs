//! The storm: guests ask for edits while calls fail and workers die. Then the faults stop, recovery passes once, and every
//! edit must end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::event::EventPolicy;
use domain::{Edit, EditId, MicroUsd, ProviderName};
use futures::future::join_all;
use futures::stream::{self, StreamExt};
use serde_json::json;
use world::styles::COST;
use world::{Place, World, styles};

use crate::audit::{Ground, edits_of};
use crate::plan::Plan;
use crate::providers::{Providers, go_live};
use crate::proxy::Proxy;
use crate::recovery::{self, Recovered};

/// Guests that ask at the same time.
const GUESTS: usize = 6;
/// Events, each with a tenant of its own.
const EVENTS: usize = 5;
/// After this long without a move the open edits wait for messages that were lost: a failed record returns sooner.
const STILL: Duration = Duration::from_secs(25);
/// The longest that the storm goes on once every edit was admitted.
const LONGEST_STORM: Duration = Duration::from_secs(90);
/// The longest that everything may take to come to its end after recovery has passed.
const LONGEST_CALM: Duration = Duration::from_secs(180);
/// More turns than edits: a failed attempt is followed by others.
const TURNS_PER_EDIT: u32 = 4;

/// The size of the storm.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Edits.
    pub edits: u32,
    /// The share of calls that go wrong.
    pub rate: f64,
    /// The dice's seed.
    pub seed: u64,
}

/// The state after the storm.
pub struct Aftermath {
    pub ground: Ground,
    /// Durations.
    pub times: Times,
    pub recovered: Recovered,
}

/// Durations.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Until every edit was admitted.
    pub admission: Duration,
    /// From then until the storm ended.
    pub rest_of_storm: Duration,
    /// From then until nothing was open.
    pub calm: Duration,
}

/// Runs the storm.
pub async fn run(place: &Place, plan: &Arc<Plan>, wanted: Wanted) -> Aftermath {
    let turns = wanted.edits.saturating_mul(TURNS_PER_EDIT);
    let providers = Providers::start(wanted.seed, wanted.rate, turns).await;
    let runware = providers.runware.base_url();
    let before_runware = Proxy::of_provider(runware.trim_end_matches("/v1"), plan, &place.stack().http).await;
    let base_url = format!("{}/v1", before_runware.url());
    go_live(place, &base_url, &providers.fal, Some(ProviderName::Fal)).await;
    let worlds = join_all((0..EVENTS).map(|_| world(place))).await;

    let begun = Instant::now();
    plan.storm();
    let accepted = admit(&worlds, wanted.edits).await;
    let admission = begun.elapsed();
    let rest_of_storm = until_still(&worlds).await;
    plan.calm();

    let begun = Instant::now();
    let recovered = recovery::pass(place).await;
    until_none_is_open(&worlds).await;
    Aftermath {
        ground: Ground {
            worlds,
            accepted,
            providers,
        },
        times: Times {
            admission,
            rest_of_storm,
            calm: begun.elapsed(),
        },
        recovered,
    }
}

/// An event with limits on open edits, so that wrong counters show, and with a soft cap that the first edits cross.
pub async fn world(place: &Place) -> World {
    World::with(place, |tenant, event| {
        tenant.budget.soft_cap_micro_usd = Some(MicroUsd::new(COST));
        event.policy = EventPolicy {
            max_in_flight_per_guest: Some(100_000),
            max_in_flight_per_event: Some(100_000),
            ..event.policy.clone()
        };
    })
    .await
}

/// Asks for this many edits as apps do: each under a key, repeated until there is an answer.
pub async fn admit(worlds: &[World], edits: u32) -> Vec<EditId> {
    let photos = join_all(worlds.iter().map(|world| world.photo("cat.jpg"))).await;
    let body = json!({ "style_key": styles::LIVE });
    let asked = (0..edits).map(async |number| {
        let at = usize::try_from(number).unwrap() % worlds.len();
        worlds[at].guest.insist(photos[at], &body).await.edit_id()
    });
    stream::iter(asked).buffer_unordered(GUESTS).collect().await
}

/// Waits until nothing moves any more, and returns how long that took.
async fn until_still(worlds: &[World]) -> Duration {
    let begun = Instant::now();
    let (mut last, mut since) = (String::new(), Instant::now());
    loop {
        let edits = all_edits(worlds).await;
        let now = fingerprint(&edits);
        if now != last {
            (last, since) = (now, Instant::now());
        }
        let is_over = edits.iter().all(|edit| edit.status.is_terminal());
        if is_over || since.elapsed() > STILL || begun.elapsed() > LONGEST_STORM {
            return begun.elapsed();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn fingerprint(edits: &[Edit]) -> String {
    let mut moves: Vec<_> = edits
        .iter()
        .map(|edit| format!("{}{}{}", edit.id, edit.status.as_str(), edit.attempt))
        .collect();
    moves.sort();
    moves.concat()
}

async fn until_none_is_open(worlds: &[World]) {
    let begun = Instant::now();
    while begun.elapsed() < LONGEST_CALM {
        let edits = all_edits(worlds).await;
        if edits.iter().all(|edit| edit.status.is_terminal()) {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn all_edits(worlds: &[World]) -> Vec<Edit> {
    join_all(worlds.iter().map(edits_of)).await.concat()
}
