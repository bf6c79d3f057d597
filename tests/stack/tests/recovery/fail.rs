//! An operator fails edits by hand, but never one with a finished picture.

use domain::Status;
use doubles::runware::{Behaviour, ErrorShape};
use world::invoke::item_of;
use world::{Books, Live, Place, World, styles};

use super::*;

contract! {
    in_memory {
        a_queued_edit_fails_and_its_money_is_released_once,
        an_edit_fails_while_the_provider_still_works_on_it,
        a_finished_picture_is_delivered_instead_of_failed,
        a_refused_edit_fails_with_the_providers_verdict,
    }
}

/// The operator failed the edit, and its money was released except for the provider's charge.
async fn assert_ended(world: &World, id: EditId, charged: i64) {
    let edit = world.stored(id).await;
    assert_eq!(edit.status, Status::Failed);
    let shown = world.guest.edit(id).await;
    assert_eq!(shown.data(200)["failure"]["code"], "recovered_as_failed");
    let books = Books::of(world).await;
    books.assert_released_but_charged(id, "recovered_as_failed", charged);
    books.assert_at_rest();
}

async fn a_queued_edit_fails_and_its_money_is_released_once(place: Place) {
    let world = World::new(&place).await;
    let (id, _settings) = lost(&place, &world, styles::OK).await;
    let answer = fail(&place).await;
    assert_eq!(action_on(&answer, id), ("fail", "recovered_as_failed"));
    assert_ended(&world, id, 0).await;
    assert_eq!(item_of(&fail(&place).await, id), None);
    assert_ended(&world, id, 0).await;
    // A late message changes nothing.
    world::queue::submit(&world, id).await;
    place.handle_all_messages().await;
    assert_ended(&world, id, 0).await;
}

async fn an_edit_fails_while_the_provider_still_works_on_it(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(1_000)).await;
    // Its deadline has passed as well, and the operator decides.
    world.age(id, jiff::SignedDuration::from_mins(31)).await;
    let answer = fail(&place).await;
    assert_eq!(action_on(&answer, id), ("fail", "recovered_as_failed"));
    assert!(live.tasks(id)[0].polls > 0, "the provider was asked first");
    // Runware cannot be stopped: it finishes the task and bills it.
    assert_ended(&world, id, styles::COST).await;
}

async fn a_finished_picture_is_delivered_instead_of_failed(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(0)).await;
    world.age(id, jiff::SignedDuration::from_mins(31)).await;
    let answer = fail(&place).await;
    assert_eq!(action_on(&answer, id), ("deliver", "runware had finished it"));
    live.assert_delivered_once(&world, id, 1).await;
}

async fn a_refused_edit_fails_with_the_providers_verdict(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let refused = Behaviour::failing("contentPolicyViolation", ErrorShape::Item).processing(0);
    let id = forgotten(&live, &world, refused).await;
    let answer = fail(&place).await;
    assert_eq!(action_on(&answer, id), ("fail", "moderated"));
    assert_eq!(world.stored(id).await.status, Status::Blocked);
    Books::of(&world).await.assert_released(id, "moderated");
}
