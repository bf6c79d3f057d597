//! Messages that got lost, and workers that died after them.

use domain::settings::ProviderMode;
use domain::{Status, TaskId};
use doubles::runware::Behaviour;
use jiff::SignedDuration;
use serde_json::json;
use stack_tests::invoke::{invoke, item_of};
use stack_tests::written::claim;
use stack_tests::{Books, Live, Stack, World, queue, styles};

use super::*;

#[tokio::test]
async fn an_edit_whose_message_never_left_is_sent_again() {
    let stack = Stack::connect().await;
    let world = World::new(&stack).await;
    let (id, _settings) = lost(&stack, &world, &styles::fake("sync")).await;
    let answer = by_schedule(&stack).await;
    assert_eq!(
        said(&answer, id),
        ("requeue", "no worker had taken it: it is sent again")
    );
    assert_painted_once(&world, id).await;
    assert_eq!(item_of(&by_schedule(&stack).await, id), None, "it has ended");
}

#[tokio::test]
async fn a_dry_run_says_what_it_would_do_and_changes_nothing() {
    let stack = Stack::connect().await;
    let world = World::new(&stack).await;
    let (id, _settings) = lost(&stack, &world, styles::OK).await;
    let before = (
        world.stored(id).await,
        queue::waiting(&stack, &stack.described.submit_queue_url).await,
    );
    // The demo's own words: `dry_run` is what is done where nothing is said.
    for payload in [
        json!({ "minutes": 0 }),
        json!({ "minutes": 0, "action": "dry_run" }),
    ] {
        let answer = invoke(&stack, "recover-stuck", &payload).await;
        assert_eq!(
            said(&answer, id),
            ("requeue", "no worker has taken it: it would be sent again")
        );
        assert_eq!(item_of(&answer, id).unwrap()["age_minutes"], 0);
    }
    let answer = invoke(&stack, "recover-stuck", &json!({})).await;
    assert_eq!(item_of(&answer, id), None, "half an hour has not passed");
    world.age(id, SignedDuration::from_mins(31)).await;
    let answer = invoke(&stack, "recover-stuck", &json!({})).await;
    assert_eq!(item_of(&answer, id).unwrap()["age_minutes"], 31);

    let mut after = (
        world.stored(id).await,
        queue::waiting(&stack, &stack.described.submit_queue_url).await,
    );
    (after.0.updated_at, after.0.deadline_at) = (before.0.updated_at, before.0.deadline_at);
    assert_eq!(after, before);
}

#[tokio::test]
async fn what_the_provider_has_finished_meanwhile_is_delivered() {
    let stack = Stack::connect().await;
    let live = Live::alone(&stack, None).await;
    let world = World::new(&stack).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(0)).await;
    let answer = requeue(&stack).await;
    assert_eq!(said(&answer, id), ("deliver", "runware had finished it"));
    assert_eq!(answer["delivered"], 1);
    live.assert_delivered_once(&world, id, 1).await;
}

#[tokio::test]
async fn what_the_provider_is_still_at_is_asked_after_again() {
    let stack = Stack::connect().await;
    let live = Live::alone(&stack, None).await;
    let world = World::new(&stack).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(1_000)).await;
    let asked = live.tasks(id)[0].polls;
    // Not finished when recovery asks, and when the next poll does.
    live.now(TaskId::derive(id, 1), Behaviour::default().processing(asked + 2));
    let answer = requeue(&stack).await;
    assert_eq!(
        said(&answer, id),
        ("requeue", "runware is not done: it will be asked again")
    );
    live.assert_delivered_once(&world, id, 1).await;
    assert!(
        live.tasks(id)[0].polls >= asked + 3,
        "the chain of polls goes on by itself"
    );
}

#[tokio::test]
async fn an_attempt_that_never_arrived_is_followed_by_another() {
    let stack = Stack::connect().await;
    let live = Live::alone(&stack, None).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::LIVE });
    let id = live
        .hold(&world, photo, &body, [Behaviour::default().processing(0)])
        .await;
    // The worker dies right after its claim, and its poll message with it.
    world
        .take(
            &world.stored(id).await,
            claim(ProviderMode::Live),
            stack.cloud.now(),
        )
        .await;

    let answer = requeue(&stack).await;
    assert_eq!(
        said(&answer, id),
        ("requeue", "runware is not done: it will be asked again"),
        "it may still arrive"
    );
    world.age(id, SignedDuration::from_mins(3)).await;
    let answer = requeue(&stack).await;
    assert_eq!(
        said(&answer, id),
        ("requeue", "attempt 1 came to nothing: another follows")
    );
    live.assert_delivered_once(&world, id, 2).await;
    let attempts = world.stored(id).await.attempts;
    assert_eq!(attempts[0].outcome.as_deref(), Some("provider_timeout"));
    assert_eq!(
        live.tasks(id)[0].id,
        TaskId::derive(id, 2).uuid(),
        "attempt 1 was never there"
    );
}

#[tokio::test]
async fn an_edit_that_is_past_its_time_comes_to_an_end() {
    let stack = Stack::connect().await;
    let live = Live::alone(&stack, None).await;
    let world = World::new(&stack).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(1_000)).await;
    world.age(id, SignedDuration::from_mins(20)).await;
    let answer = requeue(&stack).await;
    assert_eq!(said(&answer, id), ("fail", "provider_timeout"));
    let edit = world.stored(id).await;
    assert_eq!(edit.status, Status::Failed);
    let books = Books::of(&world).await;
    // Runware goes on with what nobody waits for any more, and bills it.
    books.assert_released_but_charged(id, "provider_timeout", styles::COST);
    books.assert_at_rest();
}
