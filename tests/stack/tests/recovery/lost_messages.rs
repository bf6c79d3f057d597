//! Recovery after lost messages and dead workers.

use domain::settings::ProviderMode;
use domain::{Status, TaskId};
use doubles::runware::Behaviour;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use world::invoke::item_of;
use world::written::claim;
use world::{Books, Live, Place, World, styles};

use super::*;

contract! {
    in_memory {
        a_dry_run_tells_its_plan_and_changes_nothing,
        an_unfinished_task_is_polled_again,
        an_attempt_that_never_reached_the_provider_is_followed_by_another,
        an_edit_past_its_deadline_fails,
    }
    both {
        an_edit_whose_message_was_never_sent_is_sent_again,
        a_picture_finished_meanwhile_is_delivered,
        a_deleted_edit_whose_message_was_never_sent_is_made_and_paid_and_removed,
        a_deleted_edits_picture_that_was_finished_meanwhile_is_paid_and_removed,
    }
}

async fn an_edit_whose_message_was_never_sent_is_sent_again(place: Place) {
    let world = World::new(&place).await;
    let (id, _settings) = lost(&place, &world, &styles::fake("sync")).await;
    let answer = by_schedule(&place).await;
    assert_eq!(
        action_on(&answer, id),
        ("requeue", "no worker had taken it: it is sent again")
    );
    assert_painted_once(&world, id).await;
    assert_eq!(item_of(&by_schedule(&place).await, id), None, "it has ended");
}

async fn a_dry_run_tells_its_plan_and_changes_nothing(place: Place) {
    let world = World::new(&place).await;
    let (id, _settings) = lost(&place, &world, styles::OK).await;
    let before = world.stored(id).await;
    // A dry run is the default.
    for payload in [
        json!({ "minutes": 0 }),
        json!({ "minutes": 0, "action": "dry_run" }),
    ] {
        let answer = place.invoke("recover-stuck", &payload).await;
        assert_eq!(
            action_on(&answer, id),
            ("requeue", "no worker has taken it: it would be sent again")
        );
        assert_eq!(item_of(&answer, id).unwrap()["age_minutes"], 0);
    }
    let answer = place.invoke("recover-stuck", &json!({})).await;
    assert_eq!(item_of(&answer, id), None, "half an hour has not passed");
    world.age(id, SignedDuration::from_mins(31)).await;
    let answer = place.invoke("recover-stuck", &json!({})).await;
    assert_eq!(item_of(&answer, id).unwrap()["age_minutes"], 31);

    let mut after = world.stored(id).await;
    (after.updated_at, after.deadline_at) = (before.updated_at, before.deadline_at);
    assert_eq!(after, before);
    assert!(place.memory().messages(Queue::Submit).is_empty());
}

async fn a_picture_finished_meanwhile_is_delivered(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(0)).await;
    let answer = requeue(&place).await;
    assert_eq!(action_on(&answer, id), ("deliver", "runware had finished it"));
    assert_eq!(answer["delivered"], 1);
    live.assert_delivered_once(&world, id, 1).await;
}

async fn a_deleted_edit_whose_message_was_never_sent_is_made_and_paid_and_removed(place: Place) {
    let world = World::new(&place).await;
    let (id, _settings) = lost(&place, &world, &styles::fake("sync")).await;
    delete(&world, id).await;
    let answer = by_schedule(&place).await;
    assert_eq!(
        action_on(&answer, id),
        ("requeue", "no worker had taken it: it is sent again")
    );
    assert_paid_and_removed(&world, id, styles::COST).await;
}

async fn a_deleted_edits_picture_that_was_finished_meanwhile_is_paid_and_removed(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(0)).await;
    delete(&world, id).await;
    let answer = requeue(&place).await;
    assert_eq!(action_on(&answer, id), ("leave", "it is gone"));
    assert_paid_and_removed(&world, id, 39_000).await;
}

async fn delete(world: &World, id: EditId) {
    let path = format!("/ai-edits/{id}");
    assert_eq!(world.guest.send(Method::DELETE, &path).await.status, 204);
}

/// Nobody sees the edit, none of its pictures is left, and its money is right.
async fn assert_paid_and_removed(world: &World, id: EditId, cost: i64) {
    let place = &world.place;
    place
        .eventually("paid", async || !Books::read(world).await.ledger.is_empty())
        .await;
    let pictures = format!("events/{}/ai-edits/", world.event.slug);
    place
        .eventually("removed", async || {
            place.objects_below(&pictures).await.is_empty()
        })
        .await;
    let keys = place.sort_keys(&format!("EVENT#{}", world.event.id)).await;
    assert!(!keys.contains(&format!("EDIT#{}", id.ulid())), "{keys:?}");
    world.guest.edit(id).await.problem(404, "edit_not_found");
    let books = Books::of(world).await;
    books.assert_paid(id, cost);
    books.assert_at_rest();
}

async fn an_unfinished_task_is_polled_again(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(1_000)).await;
    let asked = live.tasks(id)[0].polls;
    // The task is unfinished at recovery's question and at the next poll.
    live.now(TaskId::derive(id, 1), Behaviour::default().processing(asked + 2));
    let answer = requeue(&place).await;
    assert_eq!(
        action_on(&answer, id),
        ("requeue", "runware is not done: it will be asked again")
    );
    live.assert_delivered_once(&world, id, 1).await;
    assert!(
        live.tasks(id)[0].polls >= asked + 3,
        "the chain of polls goes on by itself"
    );
}

async fn an_attempt_that_never_reached_the_provider_is_followed_by_another(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::LIVE });
    let id = live
        .hold(&world, photo, &body, [Behaviour::default().processing(0)])
        .await;
    // The worker died right after its claim, and its poll message is lost.
    world
        .take(&world.stored(id).await, claim(ProviderMode::Live), place.now())
        .await;

    let answer = requeue(&place).await;
    assert_eq!(
        action_on(&answer, id),
        ("requeue", "runware is not done: it will be asked again"),
        "it may still arrive"
    );
    world.age(id, SignedDuration::from_mins(3)).await;
    let answer = requeue(&place).await;
    assert_eq!(
        action_on(&answer, id),
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

async fn an_edit_past_its_deadline_fails(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(1_000)).await;
    world.age(id, SignedDuration::from_mins(20)).await;
    let answer = requeue(&place).await;
    assert_eq!(action_on(&answer, id), ("fail", "provider_timeout"));
    let edit = world.stored(id).await;
    assert_eq!(edit.status, Status::Failed);
    let books = Books::of(&world).await;
    // Runware finishes the abandoned task and bills it.
    books.assert_released_but_charged(id, "provider_timeout", styles::COST);
    books.assert_at_rest();
}
