//! The other provider, the other queue, the organiser's own mark: recovery and backfill reach all that the workers do.

use domain::settings::{ProviderMode, setting};
use domain::{ProviderName, Status};
use doubles::fal;
use doubles::runware::{Behaviour, Fault, Faults};
use serde_json::json;
use stack_tests::invoke::invoke;
use stack_tests::pictures::decode;
use stack_tests::written::claim;
use stack_tests::{Books, Duo, Stack, World, mark, queue, settings, styles};

use super::*;

/// A world whose event has a mark of its own.
async fn marked_world(stack: &Stack) -> World {
    let mark = mark::red(stack).await;
    World::with(stack, |_, event| event.watermark = Some(mark)).await
}

/// Delivered, with the mark in its middle.
async fn assert_marked(world: &World, id: EditId) {
    let shown = world.guest.edit(id).await;
    let picture = decode(&world.guest.download(&shown.data(200)["output"]["url"]).await);
    mark::assert_red(&picture);
}

/// Makes the copy of an edit again from what the provider has.
async fn assert_made_again(world: &World, id: EditId) {
    world.take_copy_away(id, None).await;
    let named = json!({ "request_id": id, "event_id": world.event.id });
    let answer = invoke(&world.stack, "backfill-storage", &named).await;
    assert_eq!(said(&answer, id), ("stored", "fetched from the provider"));
    assert_marked(world, id).await;
}

#[tokio::test]
async fn a_picture_gets_the_organisers_own_mark_whoever_finishes_it() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = marked_world(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, styles::OK).await;
    // The worker dies right after its claim, and its poll message is lost.
    world
        .take(
            &world.stored(id).await,
            claim(ProviderMode::Fake),
            stack.cloud.now(),
        )
        .await;
    let answer = requeue(&stack).await;
    assert_eq!(said(&answer, id), ("deliver", "runware had finished it"));
    assert_marked(&world, id).await;
    assert_made_again(&world, id).await;
    Books::of(&world).await.assert_paid(id, styles::COST);
}

#[tokio::test]
async fn an_edit_that_went_on_at_the_other_provider_is_asked_for_there() {
    let stack = Stack::connect().await;
    let duo = Duo::open(&stack, &[]).await;
    let world = marked_world(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let broke = Behaviour::submit(Faults::always(Fault::error(402, "insufficientCredits")));
    let known = duo.hold(&world, photo, styles::LIVE, [broke]).await;
    let slow = fal::Behaviour {
        in_progress: 12,
        ..fal::Behaviour::at_once()
    };
    duo.at_fal(&known, [slow]);
    // What nobody can read would be in flight for minutes.
    queue::purge(&stack, &stack.described.poll_queue_url).await;
    queue::submit(&world, known.id).await;
    eventually("at fal", async || {
        let edit = world.stored(known.id).await;
        let attempt = edit.current_attempt();
        attempt.is_some_and(|attempt| attempt.provider == ProviderName::Fal && attempt.handle.is_some())
    })
    .await;
    // Only recovery asks: whatever polls it begins are lost again.
    eventually("delivered", async || {
        lose_polls(&stack).await;
        let answer = requeue(&stack).await;
        let (action, why) = said(&answer, known.id);
        let is_delivered = action == "deliver";
        let expected = match is_delivered {
            true => "fal had finished it",
            false => "fal is not done: it will be asked again",
        };
        assert_eq!(why, expected);
        is_delivered
    })
    .await;
    assert_eq!(world.stored(known.id).await.status, Status::Succeeded);
    assert_marked(&world, known.id).await;
    assert_made_again(&world, known.id).await;
    Books::of(&world).await.assert_at_rest();
}

#[tokio::test]
async fn edits_are_sent_to_the_queue_that_the_setting_names() {
    let stack = Stack::connect().await;
    let standby = format!("{}-standby", stack.described.submit_queue_url);
    let name = standby.rsplit('/').next().unwrap();
    let changes = [
        (setting!(queue_auto_dispatch), "false"),
        (setting!(queue_name), name),
    ];
    let _settings = settings::alone(&stack, &changes).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let before = queue::waiting(&stack, &standby).await;
    for by_dispatch in [true, false] {
        let id = world.guest.start(photo, &styles::fake("sync")).await;
        if by_dispatch {
            let answer = invoke(&stack, "dispatch", &json!({})).await;
            assert_eq!(answer["sent"], answer["matched"], "{answer}");
        } else {
            assert_eq!(said(&requeue(&stack).await, id).0, "requeue");
        }
        assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    }
    queue::done(&stack, &standby, before).await;
}
