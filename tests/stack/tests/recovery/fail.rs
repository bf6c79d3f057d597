//! Ending edits by hand: never one whose picture the provider has.

use domain::Status;
use doubles::runware::{Behaviour, ErrorShape};
use stack_tests::invoke::item_of;
use stack_tests::{Books, Live, Stack, World, styles};

use super::*;

/// Ended by an operator, with the money given back but for what the provider charges.
async fn assert_ended(world: &World, id: EditId, charged: i64) {
    let edit = world.stored(id).await;
    assert_eq!(edit.status, Status::Failed);
    let shown = world.guest.edit(id).await;
    assert_eq!(shown.data(200)["failure"]["code"], "recovered_as_failed");
    let books = Books::of(world).await;
    books.assert_released_but_charged(id, "recovered_as_failed", charged);
    books.assert_at_rest();
}

#[tokio::test]
async fn a_queued_edit_ends_and_its_money_is_given_back_once() {
    let stack = Stack::connect().await;
    let world = World::new(&stack).await;
    let (id, _settings) = lost(&stack, &world, styles::OK).await;
    let answer = fail(&stack).await;
    assert_eq!(said(&answer, id), ("fail", "recovered_as_failed"));
    assert_ended(&world, id, 0).await;
    assert_eq!(item_of(&fail(&stack).await, id), None);
    assert_ended(&world, id, 0).await;
    // A message that turns up after all finds nothing to do.
    let before = queue::waiting(&stack, &stack.described.submit_queue_url).await;
    queue::submit(&world, id).await;
    queue::done(&stack, &stack.described.submit_queue_url, before).await;
    assert_ended(&world, id, 0).await;
}

#[tokio::test]
async fn an_edit_that_the_provider_is_still_at_ends() {
    let stack = Stack::connect().await;
    let live = Live::alone(&stack, None).await;
    let world = World::new(&stack).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(1_000)).await;
    // Its own time is up as well; it is the operator who ends it.
    world.age(id, jiff::SignedDuration::from_mins(31)).await;
    let answer = fail(&stack).await;
    assert_eq!(said(&answer, id), ("fail", "recovered_as_failed"));
    assert!(live.tasks(id)[0].polls > 0, "the provider was asked first");
    // Runware cannot be told to stop: it goes on and bills.
    assert_ended(&world, id, styles::COST).await;
}

#[tokio::test]
async fn an_edit_whose_picture_the_provider_has_is_delivered_instead() {
    let stack = Stack::connect().await;
    let live = Live::alone(&stack, None).await;
    let world = World::new(&stack).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(0)).await;
    world.age(id, jiff::SignedDuration::from_mins(31)).await;
    let answer = fail(&stack).await;
    assert_eq!(said(&answer, id), ("deliver", "runware had finished it"));
    live.assert_delivered_once(&world, id, 1).await;
}

#[tokio::test]
async fn an_edit_that_the_provider_refused_ends_as_refused() {
    let stack = Stack::connect().await;
    let live = Live::alone(&stack, None).await;
    let world = World::new(&stack).await;
    let refused = Behaviour::failing("contentPolicyViolation", ErrorShape::Item).processing(0);
    let id = forgotten(&live, &world, refused).await;
    let answer = fail(&stack).await;
    assert_eq!(said(&answer, id), ("fail", "moderated"));
    assert_eq!(world.stored(id).await.status, Status::Blocked);
    Books::of(&world).await.assert_released(id, "moderated");
}
