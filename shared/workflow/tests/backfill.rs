//! Copies that are stored anew, as the operator who asks for them sees it.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod world;

use cloud::Call;
use domain::Status;
use domain::operations::{BackfillStorage, Backfilled, Copy};
use doubles::runware::{Behaviour, Server};
use jiff::SignedDuration;
use workflow::backfill_storage;
use world::World;

async fn backfill(world: &World, payload: &BackfillStorage, time: SignedDuration) -> Backfilled {
    let stops_at = world.cloud.now() + time;
    backfill_storage(&world.cloud, &world.kit, payload, stops_at)
        .await
        .unwrap()
}

const LONG: SignedDuration = SignedDuration::from_mins(15);

#[tokio::test]
async fn a_search_that_ran_out_of_time_does_not_claim_that_the_edit_is_missing() {
    let server = Server::start(Behaviour::default()).await;
    let world = World::at_runware(&server).await;
    let payload = BackfillStorage {
        request_id: Some(domain::EditId::new(world.cloud.now(), 99)),
        ..BackfillStorage::default()
    };
    let searched = backfill(&world, &payload, LONG).await;
    assert_eq!((searched.items[0].action, searched.more), (Copy::Skipped, false));
    let hurried = backfill(&world, &payload, SignedDuration::ZERO).await;
    assert_eq!((hurried.items[0].action, hurried.more), (Copy::Failed, true));
}

#[tokio::test]
async fn an_existing_copy_is_found_without_reading_it() {
    let server = Server::start(Behaviour::default().processing(0)).await;
    let world = World::at_runware(&server).await;
    world.submit().await;
    world.poll().await;
    let edit = world.edit().await;
    assert_eq!(edit.status, Status::Succeeded);
    let payload = BackfillStorage {
        request_id: Some(edit.id),
        event_id: Some(edit.event_id),
        ..BackfillStorage::default()
    };
    world.memory.forget_operations();
    let done = backfill(&world, &payload, LONG).await;
    assert_eq!(done.items[0].reason, "its copy is there");
    assert!(!world.memory.calls().contains_key(Call::GetObject.name()));
}
