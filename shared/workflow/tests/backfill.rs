//! Copies that are made anew, from the side of whoever asks for them.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod world;

use domain::operations::{BackfillStorage, Backfilled, Copy};
use domain::ports::admin::{EventStore, SaveError};
use domain::ports::{EditKey, FoundEdits, OpenEdits, PortError};
use domain::{Context, Edit, Event, EventId, Status};
use doubles::runware::{Behaviour, Server};
use jiff::{SignedDuration, Timestamp};
use workflow::backfill_storage;
use world::World;

impl OpenEdits for World {
    async fn open_edits(&self, _: Timestamp, _: usize) -> Result<FoundEdits, PortError> {
        Ok(FoundEdits::default())
    }

    async fn unstored_edits(&self, _: usize) -> Result<FoundEdits, PortError> {
        Ok(FoundEdits::default())
    }

    async fn edits_at(&self, keys: &[EditKey]) -> Result<Vec<Edit>, PortError> {
        let edit = self.edit();
        let is_named = keys.iter().any(|key| key.edit_id == edit.id);
        Ok(is_named.then_some(edit).into_iter().collect())
    }
}

impl EventStore for World {
    async fn events_page(&self, _: Option<&EventId>, _: u32) -> Result<Vec<Event>, PortError> {
        Ok(Vec::new())
    }

    async fn save_event(&self, _: &Event, _: Option<&Event>) -> Result<(), SaveError> {
        Ok(())
    }
}

/// Makes copies anew, within this time.
async fn backfill(world: &World, asked: &BackfillStorage, time: SignedDuration) -> Backfilled {
    backfill_storage(world, &world.studio, asked, world.now() + time)
        .await
        .unwrap()
}

const LONG: SignedDuration = SignedDuration::from_mins(15);

#[tokio::test]
async fn an_edit_that_there_was_no_time_to_find_is_not_said_to_be_none() {
    let server = Server::start(Behaviour::default()).await;
    let world = World::at_runware(&server);
    let asked = BackfillStorage {
        request_id: Some(world.edit().id),
        ..BackfillStorage::default()
    };
    let searched = backfill(&world, &asked, LONG).await;
    assert_eq!((searched.items[0].action, searched.more), (Copy::Skipped, false));
    let hurried = backfill(&world, &asked, SignedDuration::ZERO).await;
    assert_eq!((hurried.items[0].action, hurried.more), (Copy::Failed, true));
}

#[tokio::test]
async fn a_copy_that_is_there_is_not_read_to_see_that_it_is() {
    let server = Server::start(Behaviour::default().processing(0)).await;
    let world = World::at_runware(&server);
    world.submit().await;
    world.poll().await;
    assert_eq!(world.edit().status, Status::Succeeded);
    let asked = BackfillStorage {
        request_id: Some(world.edit().id),
        event_id: Some(world.edit().event_id),
        ..BackfillStorage::default()
    };
    world.reads.lock().unwrap().clear();
    let done = backfill(&world, &asked, LONG).await;
    assert_eq!(done.items[0].reason, "its copy is there");
    assert_eq!(*world.reads.lock().unwrap(), [""; 0]);
}
