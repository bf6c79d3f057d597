//! When and where an edit is sent; all of it by settings in SSM, without a deploy.

use std::time::Duration;

use domain::Status;
use domain::settings::setting;
use doubles::runware::{Behaviour, Fault, Server};
use serde_json::json;
use stack_tests::live::tasks;
use stack_tests::{Books, Stack, World, queue, settings, styles};
use tokio::time::sleep;

#[tokio::test]
async fn edits_are_held_as_queued_while_dispatch_is_off() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let first = world.guest.start(photo, styles::OK).await;
    let reply = world
        .guest
        .create_edit(photo, &json!({ "style_key": styles::fake("sync") }))
        .await;
    assert_eq!(reply.data(202)["wait"]["position"], 2, "somebody is ahead");
    let second = reply.edit_id();
    sleep(Duration::from_secs(2)).await;
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

#[tokio::test]
async fn a_queue_that_cannot_be_reached_is_not_the_guests_problem() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[(setting!(queue_name), "no-such-queue")]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    assert_eq!(world.stored(id).await.status, Status::Queued);
    queue::submit(&world, id).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
}

#[tokio::test]
async fn provider_mode_and_queue_are_swapped_without_a_deploy() {
    let stack = Stack::connect().await;
    let server = Server::start(Behaviour::submit(Fault::Slow(Duration::from_secs(3)))).await;
    let standby = format!("{}-standby", stack.described.submit_queue_url);
    let name = standby.rsplit('/').next().unwrap();
    let mut settings = settings::alone(&stack, &[(setting!(queue_name), name)]).await;
    settings.go_live(&server.base_url()).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let before = queue::waiting(&stack, &standby).await;
    let id = world.guest.start(photo, styles::LIVE).await;

    // While the submit lasts, the message is out of the standby queue and not done.
    world
        .guest
        .wait_until(id, "processing", |edit| edit["status"] == "processing")
        .await;
    let meanwhile = queue::waiting(&stack, &standby).await;
    assert_eq!(meanwhile.in_flight, before.in_flight + 1);
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let [task] = tasks(&server, id).try_into().unwrap();
    assert_eq!((task.submits, task.downloads), (1, 1));
    Books::of(&world).await.assert_paid(id, 39_000);

    // And back: the same event, the next edit.
    settings.change_at_once(setting!(runware_mode), "fake").await;
    settings.change(setting!(queue_name), "none").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    assert!(tasks(&server, id).is_empty(), "nobody was asked");
}
