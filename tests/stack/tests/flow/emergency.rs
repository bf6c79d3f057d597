//! The kill switch: new edits are refused, queued ones wait, what is at the provider is delivered.

use std::time::{Duration, Instant};

use domain::Status;
use domain::settings::setting;
use jiff::SignedDuration;
use serde_json::json;
use stack_tests::patience::eventually;
use stack_tests::{Books, Stack, World, queue, settings, styles};
use tokio::time::sleep;

#[tokio::test]
async fn queued_edits_wait_and_go_on_afterwards_while_new_ones_are_refused() {
    let stack = Stack::connect().await;
    let mut settings = settings::alone(&stack, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let under_way = world.guest.start(photo, &styles::fake("slow")).await;
    let queued = world.guest.start(photo, &styles::fake("sync")).await;
    queue::submit(&world, under_way).await;
    let is_processing = |edit: &serde_json::Value| edit["status"] == "processing";
    world
        .guest
        .wait_until(under_way, "processing", is_processing)
        .await;

    settings.change_at_once(setting!(is_enabled), "false").await;
    let begun = Instant::now();
    let body = json!({ "style_key": styles::OK });
    let is_refused = async || world.guest.create_edit(photo, &body).await.status != 202;
    eventually("refused", is_refused).await;
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(503, "feature_disabled");
    settings.change(setting!(is_enabled), "false").await;

    let url = &stack.described.submit_queue_url;
    let before = queue::waiting(&stack, url).await;
    queue::submit(&world, queued).await;
    sleep(Duration::from_secs(2)).await;
    let held = world.stored(queued).await;
    assert_eq!((held.status, held.attempt), (Status::Queued, 0), "it waits");
    let meanwhile = queue::waiting(&stack, url).await;
    assert_eq!(
        meanwhile.delayed,
        before.delayed + 1,
        "as a new message, sent for later"
    );
    assert_eq!(
        meanwhile.in_flight, before.in_flight,
        "not as one that failed and burns its receive count"
    );

    assert_eq!(
        world.guest.wait(under_way).await["status"],
        "succeeded",
        "what is paid for is delivered"
    );
    let _settings = settings.share_defaults().await;
    assert_eq!(world.guest.wait(queued).await["status"], "succeeded");
    let books = Books::of(&world).await;
    for id in [under_way, queued] {
        books.assert_paid(id, styles::COST);
    }
}

#[tokio::test]
async fn an_edit_that_was_held_past_its_deadline_still_gets_its_attempt() {
    let stack = Stack::connect().await;
    let mut settings = settings::alone(&stack, &[]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    // Its first attempt fails at the first poll; the second one makes a picture.
    let id = world.guest.start(photo, &styles::fake("flaky")).await;
    world
        .guest
        .wait_until(id, "processing", |edit| edit["status"] == "processing")
        .await;
    settings.change(setting!(is_enabled), "false").await;
    world
        .guest
        .wait_until(id, "queued again", |edit| edit["status"] == "queued")
        .await;
    // Long enough for its message to come and be held.
    sleep(Duration::from_secs(5)).await;
    let held = world.stored(id).await;
    assert_eq!((held.status, held.attempt), (Status::Queued, 1), "it waits");
    let past = stack.cloud.now() - SignedDuration::from_secs(60);
    world.set_deadline(id, past).await;

    let _settings = settings.share_defaults().await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let edit = world.stored(id).await;
    assert_eq!(edit.attempt, 2);
    assert!(edit.deadline_at > past, "the guest is told of its new time");
    Books::of(&world).await.assert_paid(id, styles::COST);
}
