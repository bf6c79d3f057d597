//! Recovery and backfill with the other provider, the other queue, and the organiser's own mark.

use domain::settings::{ProviderMode, setting};
use domain::{ProviderName, Status};
use doubles::fal;
use doubles::runware::{Behaviour, Fault, Faults};
use serde_json::json;
use world::fixture;
use world::pictures::decode;
use world::written::claim;
use world::{Books, Duo, Place, World, mark, queue, settings, styles};

use super::*;

contract! {
    both {
        recovery_and_backfill_draw_the_organisers_own_mark,
        dispatch_and_recovery_send_to_the_queue_of_the_setting,
        recovery_asks_the_provider_that_the_edit_moved_to,
    }
}

/// A world whose event has its own mark.
async fn marked_world(place: &Place) -> World {
    let mark = mark::red(place).await;
    World::with(place, |_, event| event.watermark = Some(mark)).await
}

/// The edit was delivered with the mark.
async fn assert_marked(world: &World, id: EditId) {
    let shown = world.guest.edit(id).await;
    let picture = decode(&world.guest.download(&shown.data(200)["output"]["url"]).await);
    mark::assert_red(&picture);
}

/// Deletes the copy of an edit, and asserts that backfill makes it again from the provider's output.
async fn assert_made_again(world: &World, id: EditId) {
    world.take_copy_away(id, None).await;
    let named = json!({ "request_id": id, "event_id": world.event.id });
    let answer = world.place.invoke("backfill-storage", &named).await;
    assert_eq!(action_on(&answer, id), ("stored", "fetched from the provider"));
    assert_marked(world, id).await;
}

async fn recovery_and_backfill_draw_the_organisers_own_mark(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = marked_world(&place).await;
    let photo = world.upload("image/jpeg", fixture("cat.jpg")).await;
    // Whoever submitted the edit had the photo prepared.
    world.settled_photo(photo).await;
    let id = world.guest.start(photo, styles::OK).await;
    // The worker died right after its claim, and its poll message is lost.
    world
        .take(&world.stored(id).await, claim(ProviderMode::Fake), place.now())
        .await;
    let answer = requeue(&place).await;
    assert_eq!(action_on(&answer, id), ("deliver", "runware had finished it"));
    assert_marked(&world, id).await;
    assert_made_again(&world, id).await;
    Books::of(&world).await.assert_paid(id, styles::COST);
}

async fn recovery_asks_the_provider_that_the_edit_moved_to(place: Place) {
    let duo = Duo::open(&place, &[]).await;
    let world = marked_world(&place).await;
    let photo = world.photo("cat.jpg").await;
    let broke = Behaviour::submit(Faults::always(Fault::error(402, "insufficientCredits")));
    let known = duo.hold(&world, photo, styles::LIVE, [broke]).await;
    let slow = fal::Behaviour {
        in_progress: 12,
        ..fal::Behaviour::at_once()
    };
    duo.at_fal(&known, [slow]);
    queue::submit(&world, known.id).await;
    place
        .eventually("at fal", async || {
            let edit = world.stored(known.id).await;
            let attempt = edit.current_attempt();
            attempt.is_some_and(|attempt| attempt.provider == ProviderName::Fal && attempt.handle.is_some())
        })
        .await;
    // Only recovery asks: the polls that it sends are lost again.
    let mut answers = Vec::new();
    while answers.last() != Some(&"fal had finished it".to_owned()) {
        lose_polls(&place).await;
        let answer = requeue(&place).await;
        let (_, why) = action_on(&answer, known.id);
        answers.push(why.to_owned());
        assert!(answers.len() < 30, "{answers:?}");
    }
    let (_, asked) = answers.split_last().unwrap();
    assert!(
        asked
            .iter()
            .all(|why| why == "fal is not done: it will be asked again"),
        "{asked:?}"
    );
    assert_eq!(world.stored(known.id).await.status, Status::Succeeded);
    assert_marked(&world, known.id).await;
    assert_made_again(&world, known.id).await;
    Books::of(&world).await.assert_at_rest();
}

async fn dispatch_and_recovery_send_to_the_queue_of_the_setting(place: Place) {
    let standby = place.standby_queue_name();
    let changes = [
        (setting!(queue_auto_dispatch), "false"),
        (setting!(queue_name), standby.as_str()),
    ];
    let _settings = settings::alone(&place, &changes).await;
    send_leftovers(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    for by_dispatch in [true, false] {
        let id = world.guest.start(photo, &styles::fake("sync")).await;
        if by_dispatch {
            let answer = place.invoke("dispatch", &json!({})).await;
            assert_eq!(answer["sent"], 1, "{answer}");
        } else {
            assert_eq!(action_on(&requeue(&place).await, id).0, "requeue");
        }
        place.assert_waiting_in_standby();
        assert_eq!(world.guest.wait(id).await["status"], "succeeded");
        place.handle_all_messages().await;
    }
}
