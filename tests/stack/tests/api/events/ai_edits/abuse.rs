//! A guest that keeps trying blocked prompts causes one signal, and is refused for the rest of the hour.

use std::time::Duration;

use cloud::testing::ORIGIN_KEY;
use domain::PhotoId;
use domain::context::seconds_left_in_hour;
use domain::scope::{GuestIdentity, scope_hash};
use domain::settings::setting;
use futures::future::join_all;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use world::caller::of_event;
use world::deployed::logs;
use world::{Caller, Guest, Place, Reply, World, settings, styles};

contract! {
    in_memory {
        at_the_threshold_one_signal_is_given_and_that_guest_alone_is_refused,
        new_ids_at_one_address_meet_its_threshold,
        guests_behind_the_site_are_counted_by_their_own_addresses,
        nobody_but_the_site_is_believed_about_an_address,
    }
    deployed {
        parallel_blocked_prompts_give_one_signal,
    }
}

const WORD: &str = "forbiddenword";
const SIGNAL: &str = "AI abuse escalation threshold reached";

async fn world(place: &Place) -> World {
    World::with(place, |_, event| {
        event.policy.blocked_terms = vec![WORD.to_owned()].into();
    })
    .await
}

fn bad() -> Value {
    json!({ "style_key": styles::fake("sync"), "prompt": format!("a {WORD} on a boat") })
}

fn good() -> Value {
    json!({ "style_key": styles::fake("sync") })
}

/// Blocked prompts are counted by the hour: near its end a test would see two counters.
async fn well_before_the_hour_ends(place: &Place) {
    while seconds_left_in_hour(place.now()) < 90 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The signals about a guest that the function logged, once there are at least this many.
async fn signals(place: &Place, world: &World, guest: &Guest, since_ms: i64, at_least: usize) -> Vec<Value> {
    let scope = guest.scope_hash(&world.event);
    let is_meant = |line: &Value| line["message"] == SIGNAL && line["scope_hash"] == json!(scope);
    logs::found(place, &["guest-create-edit"], since_ms, at_least, is_meant).await
}

async fn at_the_threshold_one_signal_is_given_and_that_guest_alone_is_refused(place: Place) {
    let threshold = (setting!(abuse_escalation_threshold_per_hour), "3");
    let _settings = settings::alone(&place, &[threshold]).await;
    let world = world(&place).await;
    let photo = world.photo("cat.jpg").await;
    for _ in 0..3 {
        world
            .guest
            .create_edit(photo, &bad())
            .await
            .problem(422, "prompt_blocked");
    }
    // The guest is refused whatever it asks for, until the hour ends.
    for body in [bad(), good()] {
        let reply = world.guest.create_edit(photo, &body).await;
        reply.problem(429, "rate_limited");
        let seconds: u32 = reply.header("retry-after").unwrap().parse().unwrap();
        let left = seconds_left_in_hour(place.now());
        assert!((left..=left + 60).contains(&seconds), "{seconds} of {left}");
    }
    // Other callers are not refused.
    let other = world.another_guest();
    let id = other.create_edit(photo, &good()).await.edit_id();
    other
        .create_edit(photo, &bad())
        .await
        .problem(422, "prompt_blocked");
    let organiser = Caller::organiser(&world).await;
    let mut asked = good();
    asked["photo_id"] = json!(photo);
    let of_organiser = organiser.create_edit_once(&world, &asked, "tap-1").await;
    for id in [id, of_organiser.edit_id()] {
        world.guest.wait(id).await;
    }
    let [signal] = place.memory().published(SIGNAL).try_into().unwrap();
    assert_eq!(signal["event_id"], json!(world.event.id));
    assert_eq!(signal["tenant_id"], json!(world.tenant.id));
    assert_eq!(signal["scope_hash"], json!(world.guest.scope_hash(&world.event)));
    let summary = organiser
        .get(&format!("{}/ai-edits/summary", of_event(&world)))
        .await;
    let alerts = &summary.data(200)["observability"]["alerts"];
    assert_eq!(alerts["abuse_escalation_reached"], json!(true));

    let left = i64::from(seconds_left_in_hour(place.now()));
    place.pass(SignedDuration::from_secs(left)).await;
    let id = world.guest.create_edit(photo, &good()).await.edit_id();
    world.guest.wait(id).await;
}

async fn new_ids_at_one_address_meet_its_threshold(place: Place) {
    let of_guest = (setting!(abuse_escalation_threshold_per_hour), "3");
    let of_address = (setting!(abuse_address_threshold_per_hour), "5");
    let _settings = settings::alone(&place, &[of_guest, of_address]).await;
    let world = world(&place).await;
    let photo = world.photo("cat.jpg").await;
    for _ in 0..5 {
        let reply = world.another_guest().create_edit(photo, &bad()).await;
        reply.problem(422, "prompt_blocked");
    }
    let reply = world.another_guest().create_edit(photo, &good()).await;
    reply.problem(429, "rate_limited");
    // The signal names the address by its hash under the event's key.
    let [signal] = place.memory().published(SIGNAL).try_into().unwrap();
    let address = GuestIdentity::Address("192.0.2.1");
    assert_eq!(
        signal["scope_hash"],
        json!(scope_hash(&world.event.scope_key, address))
    );
    assert_eq!(signal["blocked"], json!(5));
    // Another event does not know of it, and neither does the next hour.
    let elsewhere = World::new(&place).await;
    let other_photo = elsewhere.photo("cat.jpg").await;
    let id = elsewhere.guest.create_edit(other_photo, &good()).await.edit_id();
    elsewhere.guest.wait(id).await;
    let left = i64::from(seconds_left_in_hour(place.now()));
    place.pass(SignedDuration::from_secs(left)).await;
    let id = world.guest.create_edit(photo, &good()).await.edit_id();
    world.guest.wait(id).await;
}

async fn parallel_blocked_prompts_give_one_signal(place: Place) {
    let threshold = (setting!(abuse_escalation_threshold_per_hour), "2");
    let _settings = settings::alone(&place, &[threshold]).await;
    well_before_the_hour_ends(&place).await;
    let began = logs::now_ms(&place) - 1_000;
    let world = world(&place).await;
    let photo = world.photo_without_file().await;
    let body = bad();
    let replies = join_all((0..8).map(|_| world.guest.create_edit(photo, &body))).await;
    for reply in &replies {
        assert!(matches!(reply.status, 422 | 429 | 503), "{}", reply.body);
    }
    // However the parallel ones ended, these pass the threshold.
    for _ in 0..3 {
        world.guest.create_edit(photo, &body).await;
    }
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(429, "rate_limited");
    assert_eq!(signals(&place, &world, &world.guest, began, 1).await.len(), 1);
}

/// A guest without an id asks for an edit, with these headers.
async fn asked_with(
    place: &Place,
    world: &World,
    photo: PhotoId,
    body: &Value,
    headers: &[(&'static str, &str)],
) -> Reply {
    let nameless = Guest::new(place, &world.token, None);
    let call = nameless.call(Method::POST, &format!("/photos/{photo}/ai-edits"));
    let call = call.body("application/json", body.to_string());
    let call = headers
        .iter()
        .fold(call, |call, &(name, value)| call.header(name, value));
    place.send(call).await
}

async fn guests_behind_the_site_are_counted_by_their_own_addresses(place: Place) {
    let threshold = (setting!(abuse_escalation_threshold_per_hour), "3");
    let _settings = settings::alone(&place, &[threshold]).await;
    let world = world(&place).await;
    let photo = world.photo("cat.jpg").await;
    let at = |address| [("x-origin-key", ORIGIN_KEY), ("x-viewer-address", address)];
    for address in ["198.51.100.7", "2001:db8::7"] {
        for _ in 0..3 {
            let reply = asked_with(&place, &world, photo, &bad(), &at(address)).await;
            reply.problem(422, "prompt_blocked");
        }
        let reply = asked_with(&place, &world, photo, &good(), &at(address)).await;
        reply.problem(429, "rate_limited");
    }
    let other = asked_with(&place, &world, photo, &good(), &at("198.51.100.8")).await;
    world.guest.wait(other.edit_id()).await;
    // Nor does the address that all of them share count with what they did.
    let direct = asked_with(&place, &world, photo, &good(), &[]).await;
    world.guest.wait(direct.edit_id()).await;
}

async fn nobody_but_the_site_is_believed_about_an_address(place: Place) {
    let threshold = (setting!(abuse_escalation_threshold_per_hour), "4");
    let _settings = settings::alone(&place, &[threshold]).await;
    let world = world(&place).await;
    let photo = world.photo("cat.jpg").await;
    let forged: [&[(&'static str, &str)]; 4] = [
        &[("x-viewer-address", "203.0.113.1")],
        &[("x-viewer-address", "203.0.113.2"), ("x-origin-key", "guessed")],
        &[("x-viewer-address", "203.0.113.3"), ("x-origin-key", "")],
        &[("x-viewer-address", "somewhere"), ("x-origin-key", ORIGIN_KEY)],
    ];
    for headers in forged {
        let reply = asked_with(&place, &world, photo, &bad(), headers).await;
        reply.problem(422, "prompt_blocked");
    }
    let reply = asked_with(
        &place,
        &world,
        photo,
        &good(),
        &[("x-viewer-address", "203.0.113.5")],
    )
    .await;
    reply.problem(429, "rate_limited");
}
