//! The schedule leaves edits alone that an operator holds back.

use domain::Status;
use domain::settings::setting;
use world::invoke::item_of;
use world::{Place, World, settings, styles};

use super::*;

contract! {
    in_memory {
        the_schedule_spares_held_edits,
        the_kill_switch_keeps_recovery_from_sending_and_failing,
    }
}

async fn the_schedule_spares_held_edits(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    let answer = by_schedule(&place).await;
    assert_eq!(item_of(&answer, id), None);
    assert!(answer["held"].as_u64().unwrap() >= 1, "{answer}");
    place.handle_all_messages().await;
    let edit = world.stored(id).await;
    assert_eq!((edit.status, edit.attempt), (Status::Queued, 0));
    // By hand an operator recovers it all the same.
    let answer = requeue(&place).await;
    assert_eq!(action_on(&answer, id).0, "requeue");
    assert_painted_once(&world, id).await;
}

async fn the_kill_switch_keeps_recovery_from_sending_and_failing(place: Place) {
    let world = World::new(&place).await;
    let (id, mut settings) = lost(&place, &world, &styles::fake("sync")).await;
    settings.change(setting!(is_enabled), "false").await;
    let answer = by_schedule(&place).await;
    assert_eq!(item_of(&answer, id), None);
    assert!(answer["held"].as_u64().unwrap() >= 1, "{answer}");
    let edit = world.stored(id).await;
    assert_eq!((edit.status, edit.attempt), (Status::Queued, 0));

    settings.change(setting!(is_enabled), "true").await;
    let answer = by_schedule(&place).await;
    assert_eq!(action_on(&answer, id).0, "requeue");
    assert_painted_once(&world, id).await;
}
