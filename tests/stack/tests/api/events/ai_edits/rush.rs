//! Many requests at once: DynamoDB cancels one of two transactions that meet at one item.

use std::time::Duration;

use cloud::Call;
use cloud::testing::simulation::wait;
use domain::context::month_of;
use domain::{MicroUsd, PhotoId};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use world::queue::Queue;
use world::styles::{COST, OK};
use world::table::{keyed, number};
use world::{Books, Guest, Place, Reply, World, queue, styles};

contract! {
    in_memory {
        two_hundred_guests_within_a_second_are_all_admitted,
        a_thousand_at_the_cap_admit_exactly_as_many_as_it_has_room_for,
        a_cap_that_a_burst_crosses_is_alerted_once,
        a_soft_cap_that_a_burst_crosses_is_alerted_without_another_request,
        a_cap_with_less_room_than_an_edit_needs_is_alerted_by_its_refusals,
        a_request_without_time_left_is_answered_and_its_repeat_completes_it,
        a_repeat_sends_what_was_written_and_not_sent,
        the_limit_of_an_event_holds_over_the_turn_of_the_month,
        a_look_reads_three_items_and_counts_nothing,
        a_month_of_an_older_release_goes_on,
    }
}

const BUDGET: &str = "AI budget threshold reached";

/// A transaction takes this long, and every other call some milliseconds.
fn make_slow(place: &Place) {
    let twin = &place.memory().twin;
    twin.table.transactions_take(Some(Duration::from_millis(15)));
    twin.calls_take(|_| Duration::from_millis(4));
}

/// So many guests ask within this time, each once, in time that jumps.
fn rush(world: &World, photo: PhotoId, guests: u32, within: Duration) -> Vec<Reply> {
    let asked = (0..guests).map(|number| async move {
        wait(within * number / guests).await;
        let guest = Guest::new(
            &world.place,
            &world.token,
            Some(&format!("guest-{number:04}-of-a-rush")),
        );
        world.place.send(ask(&guest, photo, &number.to_string())).await
    });
    world.place.memory().twin.simulate(join_all(asked))
}

fn ask(guest: &Guest, photo: PhotoId, key: &str) -> world::transport::Call {
    guest.call_to_edit(photo, &json!({ "style_key": OK }), key)
}

fn of_status(replies: &[Reply], status: u16) -> usize {
    replies.iter().filter(|reply| reply.status == status).count()
}

async fn two_hundred_guests_within_a_second_are_all_admitted(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    make_slow(&place);
    let replies = rush(&world, photo, 200, Duration::from_secs(1));
    assert_eq!(of_status(&replies, 202), 200);
    assert_eq!(
        Books::of(&world).await.budget.committed,
        MicroUsd::new(200 * COST)
    );
}

async fn a_thousand_at_the_cap_admit_exactly_as_many_as_it_has_room_for(place: Place) {
    const ROOM: i64 = 100;
    let world = World::with(&place, |tenant, _| {
        tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(ROOM * COST + COST / 2));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    make_slow(&place);
    let replies = rush(&world, photo, 1_000, Duration::from_secs(2));
    assert_eq!((of_status(&replies, 202), of_status(&replies, 402)), (100, 900));
    assert_eq!(
        Books::of(&world).await.budget.committed,
        MicroUsd::new(ROOM * COST)
    );
}

async fn a_cap_that_a_burst_crosses_is_alerted_once(place: Place) {
    let world = World::with(&place, |tenant, _| {
        tenant.budget.soft_cap_micro_usd = Some(MicroUsd::new(8 * COST));
        tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(10 * COST));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    make_slow(&place);
    // All of them read the budget before anybody has written.
    let replies = rush(&world, photo, 60, Duration::from_millis(1));
    assert_eq!((of_status(&replies, 202), of_status(&replies, 402)), (10, 50));
    let mut kinds = alerted(&place);
    kinds.sort_by_key(ToString::to_string);
    assert_eq!(json!(kinds), json!(["ai_budget_hard_cap", "ai_budget_soft_cap"]));
}

async fn a_soft_cap_that_a_burst_crosses_is_alerted_without_another_request(place: Place) {
    let world = World::with(&place, |tenant, _| {
        tenant.budget.soft_cap_micro_usd = Some(MicroUsd::new(8 * COST));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    make_slow(&place);
    let replies = rush(&world, photo, 8, Duration::from_millis(1));
    assert_eq!(of_status(&replies, 202), 8);
    assert_eq!(json!(alerted(&place)), json!(["ai_budget_soft_cap"]));
}

async fn a_cap_with_less_room_than_an_edit_needs_is_alerted_by_its_refusals(place: Place) {
    // Reservations never reach the cap, so only a refusal tells that the cap is in the way.
    let poor = async || {
        World::with(&place, |tenant, _| {
            tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(2 * COST + COST / 2));
        })
        .await
    };
    let world = poor().await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": OK });
    for _ in 0..2 {
        world.guest.create_edit(photo, &body).await.data(202);
    }
    assert_eq!(json!(alerted(&place)), json!([]));
    for _ in 0..2 {
        let refused = world.guest.create_edit(photo, &body).await;
        refused.problem(402, "budget_hard_cap_reached");
    }
    assert_eq!(json!(alerted(&place)), json!(["ai_budget_hard_cap"]));
    // In a burst all of them read the budget before anybody has written: the transaction refuses.
    let world = poor().await;
    let photo = world.photo("cat.jpg").await;
    make_slow(&place);
    let replies = rush(&world, photo, 20, Duration::from_millis(1));
    assert_eq!((of_status(&replies, 202), of_status(&replies, 402)), (2, 18));
    assert_eq!(
        json!(alerted(&place)),
        json!(["ai_budget_hard_cap", "ai_budget_hard_cap"])
    );
}

/// The kinds of the budget alerts that were published.
fn alerted(place: &Place) -> Vec<Value> {
    let published = place.memory().published(BUDGET).into_iter();
    published.map(|detail| detail["type"].clone()).collect()
}

async fn a_request_without_time_left_is_answered_and_its_repeat_completes_it(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let twin = &place.memory().twin;
    twin.table.transactions_take(Some(Duration::from_secs(60)));
    let begun = place.now();
    let reply = twin.simulate(place.send(ask(&world.guest, photo, "tap")));
    reply.problem(503, "unavailable");
    assert_eq!(reply.header("retry-after"), Some("1"));
    let took = place.now().duration_since(begun);
    // Lambda ends the function after ten seconds.
    assert!(took <= SignedDuration::from_millis(8_100), "{took}");
    twin.table.transactions_take(None);
    let id = place.send(ask(&world.guest, photo, "tap")).await.edit_id();
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    assert_eq!(Books::of(&world).await.figures.total, 1);
}

async fn a_repeat_sends_what_was_written_and_not_sent(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let (memory, twin) = (place.memory(), &place.memory().twin);
    twin.lose_answers(Call::TransactWriteItems, 1);
    let first = place.send(ask(&world.guest, photo, "tap")).await;
    first.problem(503, "unavailable");
    assert_eq!(
        memory.messages(Queue::Submit).len(),
        0,
        "the function ended before"
    );
    let id = place.send(ask(&world.guest, photo, "tap")).await.edit_id();
    assert_eq!(memory.messages(Queue::Submit).len(), 1);
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    // Once it is claimed, a repeat sends nothing.
    place.send(ask(&world.guest, photo, "tap")).await.data(202);
    assert_eq!(memory.messages(Queue::Submit).len(), 0);
    Books::of(&world).await.assert_paid(id, COST);
}

async fn the_limit_of_an_event_holds_over_the_turn_of_the_month(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.max_in_flight_per_event = Some(1);
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let turn: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    let clock = &place.memory().twin.clock;
    clock.set(turn - SignedDuration::from_secs(5));
    let first = world.guest.start(photo, OK).await;
    clock.set(turn + SignedDuration::from_secs(5));
    let body = json!({ "style_key": OK });
    let refused = world.another_guest().create_edit(photo, &body).await;
    refused.problem(429, "rate_limited");
    assert_eq!(world.guest.wait(first).await["status"], "succeeded");
    let second = world.another_guest().start(photo, OK).await;
    world.guest.wait(second).await;
}

async fn a_look_reads_three_items_and_counts_nothing(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let mut ids = Vec::new();
    for _ in 0..30 {
        ids.push(world.guest.start(photo, OK).await);
    }
    let twin = &place.memory().twin;
    for id in ids {
        twin.forget_operations();
        world.guest.edit(id).await.data(200);
        let reads = twin.operations().into_iter();
        let of_table: Vec<_> = reads
            .filter(|read| read.call.name().starts_with("dynamodb."))
            .collect();
        for read in &of_table {
            assert!(
                matches!(read.call, Call::GetItem | Call::BatchGetItem),
                "{read:?}"
            );
        }
        // A function keeps the copy of the settings for two seconds; in memory it is read anew every time.
        let read: Vec<&str> = of_table
            .iter()
            .flat_map(|read| read.about.split(' '))
            .filter(|item| *item != "SETTINGS/META")
            .collect();
        assert!(read.len() <= 3, "{read:?}");
        queue::submit(&world, id).await;
    }
}

async fn a_month_of_an_older_release_goes_on(place: Place) {
    let world = World::with(&place, |tenant, _| {
        tenant.budget.hard_cap_micro_usd = Some(MicroUsd::new(10 * COST));
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let month = month_of(place.now());
    // Nine edits were paid, and one is under way.
    let mut budget = keyed(&format!("TENANT#{}", world.tenant.id), &format!("BUDGET#{month}"));
    budget.insert("committed".to_owned(), number(9 * COST));
    budget.insert("spent".to_owned(), number(8 * COST));
    let mut figures = keyed(&format!("EVENT#{}", world.event.id), &format!("STATS#{month}"));
    for (name, count) in [
        ("total", 9),
        ("queued", 1),
        ("open", 1),
        ("succeeded", 8),
        ("spent_micro_usd", 8 * COST),
        ("reserved_micro_usd", COST),
    ] {
        figures.insert(name.to_owned(), number(count));
    }
    place.put_item(budget).await;
    place.put_item(figures).await;
    let body = json!({ "style_key": styles::fake("sync") });
    let last = world.guest.create_edit(photo, &body).await.edit_id();
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(402, "budget_hard_cap_reached");
    assert_eq!(world.guest.wait(last).await["status"], "succeeded");
    let books = Books::read(&world).await;
    assert_eq!(books.budget.spent, MicroUsd::new(9 * COST));
    assert_eq!(books.budget.committed, MicroUsd::new(10 * COST));
    assert_eq!(
        (books.figures.total, books.figures.succeeded, books.open()),
        (10, 9, 1)
    );
}
