//! Settings decide when and where an edit is sent, without a deploy.

use std::time::Duration;

use domain::Status;
use domain::settings::setting;
use doubles::runware::{Behaviour, Fault, Server};
use serde_json::json;
use world::doubled::live::tasks;
use world::{Books, Place, World, queue, settings, styles};

contract! {
    in_memory {
        edits_stay_queued_while_dispatch_is_off,
        an_edit_is_accepted_although_its_queue_cannot_be_reached,
    }
    deployed {
        provider_mode_and_queue_change_without_a_deploy,
    }
}

async fn edits_stay_queued_while_dispatch_is_off(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let first = world.guest.start(photo, styles::OK).await;
    let reply = world
        .guest
        .create_edit(photo, &json!({ "style_key": styles::fake("sync") }))
        .await;
    assert_eq!(reply.data(202)["wait"]["position"], 2, "somebody is ahead");
    let second = reply.edit_id();
    place.handle_all_messages().await;
    for (id, position) in [(first, 1), (second, 2)] {
        let edit = world.stored(id).await;
        assert_eq!((edit.status, edit.attempt), (Status::Queued, 0));
        assert_eq!(world.guest.edit(id).await.data(200)["wait"]["position"], position);
    }
    let books = Books::of(&world).await;
    assert_eq!(
        (books.figures.queued, books.figures.reserved_micro_usd),
        (2, 2 * styles::COST)
    );

    queue::submit(&world, second).await;
    assert_eq!(world.guest.wait(second).await["status"], "succeeded");
    assert_eq!(
        world.stored(first).await.status,
        Status::Queued,
        "nobody else is sent along"
    );
    queue::submit(&world, first).await;
    assert_eq!(world.guest.wait(first).await["status"], "succeeded");
}

async fn an_edit_is_accepted_although_its_queue_cannot_be_reached(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(queue_name), "no-such-queue")]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    assert_eq!(world.stored(id).await.status, Status::Queued);
    queue::submit(&world, id).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
}

async fn provider_mode_and_queue_change_without_a_deploy(place: Place) {
    let server = Server::start(Behaviour::submit(Fault::Slow(Duration::from_secs(3)))).await;
    let standby = format!("{}-standby", place.stack().described.submit_queue_url);
    let name = standby.rsplit('/').next().unwrap();
    let mut settings = settings::alone(&place, &[(setting!(queue_name), name)]).await;
    settings.go_live(&server.base_url()).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let before = place.stack().messages(&standby).await;
    let id = world.guest.start(photo, styles::LIVE).await;

    // During the submit the message of the standby queue is in flight.
    world
        .guest
        .wait_until(id, "processing", |edit| edit["status"] == "processing")
        .await;
    let meanwhile = place.stack().messages(&standby).await;
    assert_eq!(meanwhile.in_flight, before.in_flight + 1);
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let [task] = tasks(&server, id).try_into().unwrap();
    assert_eq!((task.submits, task.downloads), (1, 1));
    Books::of(&world).await.assert_paid(id, 39_000);

    // The change back works for the next edit of the same event.
    settings.change_at_once(setting!(runware_mode), "fake").await;
    settings.change(setting!(queue_name), "none").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    assert!(tasks(&server, id).is_empty(), "nobody was asked");
}
