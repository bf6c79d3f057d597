//! The kill switch: new edits are refused, queued ones wait, what is at the provider is delivered.

use std::time::{Duration, Instant};

use domain::Status;
use domain::settings::Setting;
use jiff::SignedDuration;
use serde_json::json;
use world::{Books, Place, World, queue, settings, styles};
use tokio::time::sleep;

contract! {
    in_memory {
        an_edit_held_past_its_deadline_still_gets_its_attempt,
    }
    both {
        the_kill_switch_refuses_new_edits_and_holds_queued_ones,
    }
}

async fn the_kill_switch_refuses_new_edits_and_holds_queued_ones(place: Place) {
    let mut settings = settings::alone(&place, &[(Setting::QueueAutoDispatch, "false")]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let under_way = world.guest.start(photo, &styles::fake("slow")).await;
    let queued = world.guest.start(photo, &styles::fake("sync")).await;
    queue::submit(&world, under_way).await;
    let is_processing = |edit: &serde_json::Value| edit["status"] == "processing";
    world
        .guest
        .wait_until(under_way, "processing", is_processing)
        .await;

    settings.change_at_once(Setting::IsEnabled, "false").await;
    let begun = Instant::now();
    let body = json!({ "style_key": styles::OK });
    let is_refused = async || world.guest.create_edit(photo, &body).await.status != 202;
    place.eventually("refused", is_refused).await;
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(503, "feature_disabled");
    settings.change(Setting::IsEnabled, "false").await;

    let url = &place.described.submit_queue_url;
    let before = place.stack().messages(url).await;
    queue::submit(&world, queued).await;
    sleep(Duration::from_secs(2)).await;
    let held = world.stored(queued).await;
    assert_eq!((held.status, held.attempt), (Status::Queued, 0), "it waits");
    let meanwhile = place.stack().messages(url).await;
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

async fn an_edit_held_past_its_deadline_still_gets_its_attempt(place: Place) {
    let mut settings = settings::alone(&place, &[]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    // Its first attempt fails at the first poll; the second one makes a picture.
    let id = world.guest.start(photo, &styles::fake("flaky")).await;
    world
        .guest
        .wait_until(id, "processing", |edit| edit["status"] == "processing")
        .await;
    settings.change(Setting::IsEnabled, "false").await;
    world
        .guest
        .wait_until(id, "queued again", |edit| edit["status"] == "queued")
        .await;
    // Long enough for its message to come and be held.
    sleep(Duration::from_secs(5)).await;
    let held = world.stored(id).await;
    assert_eq!((held.status, held.attempt), (Status::Queued, 1), "it waits");
    let past = place.now() - SignedDuration::from_secs(60);
    world.set_deadline(id, past).await;

    let _settings = settings.share_defaults().await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let edit = world.stored(id).await;
    assert_eq!(edit.attempt, 2);
    assert!(edit.deadline_at > past, "the guest is told of its new time");
    Books::of(&world).await.assert_paid(id, styles::COST);
}
