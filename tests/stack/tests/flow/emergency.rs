//! The kill switch: new edits are refused, queued ones wait, and a submitted one is delivered.

use std::time::{Duration, Instant};

use domain::Status;
use domain::settings::setting;
use jiff::SignedDuration;
use serde_json::json;
use world::deployed::logs;
use world::queue::Queue;
use world::{Books, Place, World, queue, settings, styles};

contract! {
    in_memory {
        an_edit_held_past_its_deadline_still_gets_its_attempt,
    }
    both {
        the_kill_switch_refuses_new_edits_and_holds_queued_ones,
    }
}

async fn the_kill_switch_refuses_new_edits_and_holds_queued_ones(place: Place) {
    let mut settings = settings::alone(&place, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let under_way = world.guest.start(photo, &styles::fake("slow")).await;
    let queued = world.guest.start(photo, &styles::fake("sync")).await;
    queue::submit(&world, under_way).await;
    world.guest.wait_until_processing(under_way).await;

    settings.change_at_once(setting!(is_enabled), "false").await;
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
    settings.change(setting!(is_enabled), "false").await;

    assert_held(&world, queued).await;
    assert_eq!(
        world.guest.wait(under_way).await["status"],
        "succeeded",
        "a paid edit is delivered"
    );
    let _settings = settings.share_defaults().await;
    assert_eq!(world.guest.wait(queued).await["status"], "succeeded");
    let books = Books::of(&world).await;
    for id in [under_way, queued] {
        books.assert_paid(id, styles::COST);
    }
}

/// A worker takes the message of a queued edit, leaves the edit alone, and sends a new message for later: a message that
/// failed would burn its receive count.
async fn assert_held(world: &World, queued: domain::EditId) {
    let place = &world.place;
    queue::submit(world, queued).await;
    if place.deployed_stack().is_some() {
        // The queue holds messages of other tests, too: whether a new one waits shows when the edit succeeds.
        logs::until_handled(place, "process-edit", queued, 1).await;
    } else {
        place.handle_due_messages().await;
        let held = place.memory().messages(Queue::Submit);
        assert_eq!(held.len(), 1);
        assert!(held[0].contains(&queued.to_string()), "{held:?}");
    }
    let held = world.stored(queued).await;
    assert_eq!((held.status, held.attempt), (Status::Queued, 0), "it waits");
}

async fn an_edit_held_past_its_deadline_still_gets_its_attempt(place: Place) {
    let mut settings = settings::alone(&place, &[]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    // Its first attempt fails at the first poll; the second one makes a picture.
    let id = world.guest.start(photo, &styles::fake("flaky")).await;
    world.guest.wait_until_processing(id).await;
    settings.change(setting!(is_enabled), "false").await;
    world
        .guest
        .wait_until(id, "queued again", |edit| edit["status"] == "queued")
        .await;
    place.pass(SignedDuration::from_mins(1)).await;
    place.handle_due_messages().await;
    let held = world.stored(id).await;
    assert_eq!((held.status, held.attempt), (Status::Queued, 1), "it waits");
    place
        .pass_until(held.deadline_at + SignedDuration::from_mins(1))
        .await;
    place.handle_due_messages().await;
    let past = world.stored(id).await;
    assert_eq!(past.status, Status::Queued, "it still waits");

    let _settings = settings.share_defaults().await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let edit = world.stored(id).await;
    assert_eq!(edit.attempt, 2);
    assert!(
        edit.deadline_at > held.deadline_at,
        "the guest is told of its new time"
    );
    Books::of(&world).await.assert_paid(id, styles::COST);
}
