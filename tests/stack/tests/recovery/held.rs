//! What an operator holds back is not stuck: the schedule leaves it alone.

use domain::Status;
use domain::settings::setting;
use stack_tests::invoke::item_of;
use stack_tests::{Stack, World, queue, settings, styles};

use super::*;

#[tokio::test]
async fn the_schedule_spares_edits_that_are_not_to_be_sent_yet() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    let before = queue::waiting(&stack, &stack.described.submit_queue_url).await;
    let answer = by_schedule(&stack).await;
    assert_eq!(item_of(&answer, id), None);
    assert!(answer["held"].as_u64().unwrap() >= 1, "{answer}");
    queue::done(&stack, &stack.described.submit_queue_url, before).await;
    let edit = world.stored(id).await;
    assert_eq!((edit.status, edit.attempt), (Status::Queued, 0));
    // An operator who asks for it by hand means it.
    let answer = requeue(&stack).await;
    assert_eq!(said(&answer, id).0, "requeue");
    assert_painted_once(&world, id).await;
}

#[tokio::test]
async fn while_the_kill_switch_is_on_nothing_is_sent_and_nothing_fails() {
    let stack = Stack::connect().await;
    let world = World::new(&stack).await;
    let (id, mut settings) = lost(&stack, &world, &styles::fake("sync")).await;
    settings.change(setting!(is_enabled), "false").await;
    let answer = by_schedule(&stack).await;
    assert_eq!(item_of(&answer, id), None);
    assert!(answer["held"].as_u64().unwrap() >= 1, "{answer}");
    let edit = world.stored(id).await;
    assert_eq!((edit.status, edit.attempt), (Status::Queued, 0));

    settings.change(setting!(is_enabled), "true").await;
    let answer = by_schedule(&stack).await;
    assert_eq!(said(&answer, id).0, "requeue");
    assert_painted_once(&world, id).await;
}
