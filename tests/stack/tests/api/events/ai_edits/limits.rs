//! Limits on open edits and on the edits of an hour, per guest and per event.

use std::time::Duration;

use domain::context::seconds_left_in_hour;
use domain::settings::{Setting, setting};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use world::{Books, Caller, Place, Reply, World, queue, settings, styles};

contract! {
    in_memory {
        the_guest_limit_counts_the_guests_own_open_edits_only,
        parallel_requests_never_exceed_the_event_limit,
        requests_of_one_moment_get_exactly_the_room_under_way,
        a_guest_gets_so_many_edits_in_an_hour,
        parallel_requests_of_a_guest_get_exactly_its_edits_of_the_hour,
        parallel_requests_of_many_guests_get_exactly_the_events_edits_of_the_hour,
        an_organiser_meets_the_hours_limit_of_the_event_alone,
        who_is_refused_by_a_later_layer_uses_up_nothing_of_the_hour,
    }
}

async fn the_guest_limit_counts_the_guests_own_open_edits_only(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.max_in_flight_per_guest = Some(1);
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("slow") });
    let first = world.guest.start(photo, &styles::fake("slow")).await;
    let refused = world.guest.create_edit(photo, &body).await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), Some("5"));
    let other = world.another_guest().start(photo, &styles::fake("slow")).await;
    for id in [first, other] {
        world.guest.wait(id).await;
    }
    let again = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(again).await;
    let books = Books::of(&world).await;
    assert_eq!((books.figures.total, books.open()), (3, 0));
}

async fn parallel_requests_never_exceed_the_event_limit(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.max_in_flight_per_event = Some(3);
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("slow") });
    let guests: Vec<_> = (0..12).map(|_| world.another_guest()).collect();
    let asked = guests.iter().map(|guest| guest.insist(photo, &body));
    let replies = join_all(asked).await;
    let admitted: Vec<_> = replies.iter().filter(|reply| reply.status == 202).collect();
    for reply in replies.iter().filter(|reply| reply.status != 202) {
        reply.problem(429, "rate_limited");
    }
    assert_eq!(admitted.len(), 3);
    assert_eq!(Books::of(&world).await.figures.total, 3);
    let ids: Vec<_> = admitted.into_iter().map(Reply::edit_id).collect();
    for id in ids {
        // A function that ran into its timeout may have stored an edit without sending it.
        queue::submit(&world, id).await;
        world.guest.wait(id).await;
    }
    assert_eq!(Books::of(&world).await.open(), 0);
    let after = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(after).await;
}

async fn requests_of_one_moment_get_exactly_the_room_under_way(place: Place) {
    // All of them read the counts before anybody has written.
    let of_event = World::with(&place, |_, event| {
        event.policy.max_in_flight_per_event = Some(3);
    })
    .await;
    let photo = of_event.photo_without_file().await;
    let replies = at_once(&place, &of_event, |_| of_event.another_guest(), photo, 20);
    assert_admitted(&of_event, &replies, 3).await;
    let of_guest = World::with(&place, |_, event| {
        event.policy.max_in_flight_per_guest = Some(2);
    })
    .await;
    let photo = of_guest.photo_without_file().await;
    let replies = at_once(&place, &of_guest, |_| of_guest.guest.clone(), photo, 20);
    assert_admitted(&of_guest, &replies, 2).await;
}

async fn limits(place: &Place, of_guest: &str, of_event: &str) -> settings::Alone {
    let limits: [(Setting, &str); 2] = [
        (setting!(edits_per_guest_and_hour), of_guest),
        (setting!(edits_per_event_and_hour), of_event),
    ];
    settings::alone(place, &limits).await
}

/// Asserts a refusal that ends with the hour.
#[track_caller]
fn assert_refused_for_the_hour(place: &Place, reply: &Reply) {
    reply.problem(429, "rate_limited");
    let seconds: u32 = reply.header("retry-after").unwrap().parse().unwrap();
    // Time went on since the answer.
    let left = seconds_left_in_hour(place.now());
    assert!((left..=left + 60).contains(&seconds), "{seconds} of {left}");
}

async fn a_guest_gets_so_many_edits_in_an_hour(place: Place) {
    let _settings = limits(&place, "3", "1000").await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("sync") });
    for tap in 0..3 {
        let asked = |guest: &world::Guest| guest.call_to_edit(photo, &body, &format!("tap-{tap}"));
        let first = place.send(asked(&world.guest)).await.edit_id();
        // A repeat of a request is no other edit.
        assert_eq!(place.send(asked(&world.guest)).await.edit_id(), first);
    }
    for _ in 0..2 {
        assert_refused_for_the_hour(&place, &world.guest.create_edit(photo, &body).await);
    }
    // Other guests go on, and so does this one in the next hour.
    world.another_guest().create_edit(photo, &body).await.data(202);
    let left = i64::from(seconds_left_in_hour(place.now()));
    place.pass(SignedDuration::from_secs(left)).await;
    world.guest.create_edit(photo, &body).await.data(202);
}

async fn parallel_requests_of_a_guest_get_exactly_its_edits_of_the_hour(place: Place) {
    let _settings = limits(&place, "7", "1000").await;
    let world = World::new(&place).await;
    let photo = world.photo_without_file().await;
    let replies = at_once(&place, &world, |_| world.guest.clone(), photo, 25);
    assert_admitted(&world, &replies, 7).await;
}

async fn parallel_requests_of_many_guests_get_exactly_the_events_edits_of_the_hour(place: Place) {
    // More than one a shard, and not the same in each.
    let _settings = limits(&place, "60", "37").await;
    let world = World::new(&place).await;
    let photo = world.photo_without_file().await;
    let replies = at_once(&place, &world, |_| world.another_guest(), photo, 200);
    assert_admitted(&world, &replies, 37).await;
    assert_refused_for_the_hour(&place, replies.iter().find(|reply| reply.status == 429).unwrap());
    // Another event has an hour of its own.
    let elsewhere = World::new(&place).await;
    let photo = elsewhere.photo_without_file().await;
    let body = json!({ "style_key": styles::OK });
    elsewhere.guest.create_edit(photo, &body).await.data(202);
}

/// So many requests at one moment, in time that jumps, while transactions take time and cancel each other.
fn at_once(
    place: &Place,
    world: &World,
    guest: impl Fn(u32) -> world::Guest,
    photo: domain::PhotoId,
    requests: u32,
) -> Vec<Reply> {
    let twin = &place.memory().twin;
    twin.table.transactions_take(Some(Duration::from_millis(15)));
    twin.calls_take(|_| Duration::from_millis(4));
    let body = json!({ "style_key": styles::OK });
    let asked = (0..requests).map(|number| {
        let call = guest(number).call_to_edit(photo, &body, &format!("tap-{number}"));
        world.place.send(call)
    });
    twin.simulate(join_all(asked))
}

async fn assert_admitted(world: &World, replies: &[Reply], expected: usize) {
    let of = |status| replies.iter().filter(|reply| reply.status == status).count();
    assert_eq!((of(202), of(429)), (expected, replies.len() - expected));
    let stored = Books::of(world).await.figures.total;
    assert_eq!(stored, i64::try_from(expected).unwrap());
}

async fn an_organiser_meets_the_hours_limit_of_the_event_alone(place: Place) {
    let _settings = limits(&place, "1", "3").await;
    let world = World::new(&place).await;
    let photo = world.photo_without_file().await;
    let organiser = Caller::organiser(&world).await;
    let body = json!({ "style_key": styles::OK, "photo_id": photo });
    for tap in 0..3 {
        let reply = organiser
            .create_edit_once(&world, &body, &format!("tap-{tap}"))
            .await;
        reply.data(202);
    }
    let refused = organiser.create_edit_once(&world, &body, "tap-3").await;
    assert_refused_for_the_hour(&place, &refused);
}

async fn who_is_refused_by_a_later_layer_uses_up_nothing_of_the_hour(place: Place) {
    let _settings = limits(&place, "1", "1").await;
    let world = World::new(&place).await;
    let photo = world.photo_without_file().await;
    let unknown = json!({ "style_key": "nowhere" });
    world
        .guest
        .create_edit(photo, &unknown)
        .await
        .problem(422, "validation_failed");
    let body = json!({ "style_key": styles::OK });
    world.guest.create_edit(photo, &body).await.data(202);
}
