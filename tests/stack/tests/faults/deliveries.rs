//! Messages that come twice, late, or out of order.

use std::time::Duration;

use domain::{Status, TaskId};
use doubles::runware::{Behaviour, ErrorShape, Fault};
use serde_json::json;
use world::{Books, Live, Place, World, queue, styles};
use tokio::time::sleep;

contract! {
    in_memory {
        a_result_found_by_many_polls_is_settled_once,
        a_failure_found_by_many_polls_is_released_once,
        an_ended_edit_never_changes_again,
        a_message_of_an_earlier_attempt_leaves_the_current_one_alone,
    }
    both {
        a_second_delivery_does_not_submit_again,
    }
}

/// More than a batch holds, so that at least two workers are at it at once.
const COPIES: usize = 10;

/// Long enough for a message to be worked on.
const HANDLED: Duration = Duration::from_millis(1_500);

async fn a_second_delivery_does_not_submit_again(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::LIVE });
    // A while at the provider, so that every delivery meets the others.
    let slow = Behaviour::submit(Fault::Slow(Duration::from_millis(500)));
    let id = live.hold(&world, photo, &body, [slow]).await;
    queue::submit_copies(&world, id, COPIES).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    queue::submit_copies(&world, id, COPIES).await;
    sleep(HANDLED).await;

    let [task] = live.tasks(id).try_into().unwrap();
    assert_eq!((task.submits, task.billed_micro_usd), (1, 39_000));
    assert_eq!(world.stored(id).await.attempt, 1);
    let books = Books::of(&world).await;
    assert_eq!(books.ledger.len(), 1);
    books.assert_paid(id, 39_000);
    books.assert_at_rest();
}

async fn a_result_found_by_many_polls_is_settled_once(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = live
        .start(&world, photo, [Behaviour::default().processing(0)])
        .await;
    world
        .guest
        .wait_until(id, "processing", |edit| edit["status"] == "processing")
        .await;
    queue::poll_copies(&world, id, 1, COPIES).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    sleep(HANDLED).await;
    let books = Books::of(&world).await;
    assert_eq!(
        (
            books.ledger.len(),
            books.figures.succeeded,
            books.figures.latency_samples
        ),
        (1, 1, 1)
    );
    books.assert_paid(id, 39_000);
    books.assert_at_rest();
}

async fn a_failure_found_by_many_polls_is_released_once(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let refused = Behaviour::failing("contentPolicyViolation", ErrorShape::Item).processing(0);
    let id = live.start(&world, photo, [refused]).await;
    world
        .guest
        .wait_until(id, "processing", |edit| edit["status"] == "processing")
        .await;
    queue::poll_copies(&world, id, 1, COPIES).await;
    assert_eq!(world.guest.wait(id).await["status"], "blocked");
    sleep(HANDLED).await;
    let books = Books::of(&world).await;
    assert_eq!(
        (
            books.ledger.len(),
            books.figures.blocked,
            books.figures.moderation_hits
        ),
        (1, 1, 1)
    );
    books.assert_released(id, "moderated");
    books.assert_at_rest();
}

async fn an_ended_edit_never_changes_again(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let refused = Behaviour::failing("contentPolicyViolation", ErrorShape::Item).processing(0);
    let succeeded = live
        .start(&world, photo, [Behaviour::default().processing(0)])
        .await;
    let blocked = live.start(&world, photo, [refused]).await;
    for id in [succeeded, blocked] {
        world.guest.wait(id).await;
    }
    // The provider thinks better of it.
    live.now(TaskId::derive(blocked, 1), Behaviour::default().processing(0));

    for id in [succeeded, blocked] {
        let (before, tasks_before) = (world.stored(id).await, live.tasks(id));
        let picture = place.object(&before.output_key()).await;
        for attempt in 0..=3 {
            queue::poll_copies(&world, id, attempt, 1).await;
        }
        queue::submit(&world, id).await;
        sleep(HANDLED).await;
        assert_eq!(world.stored(id).await, before);
        assert_eq!(place.object(&before.output_key()).await, picture);
        let asked = |tasks: &[doubles::runware::TaskRecord]| -> Vec<_> {
            tasks
                .iter()
                .map(|task| (task.submits, task.polls, task.lookups, task.downloads))
                .collect()
        };
        assert_eq!(
            asked(&live.tasks(id)),
            asked(&tasks_before),
            "nobody asks after it either"
        );
    }
    let books = Books::of(&world).await;
    assert_eq!(books.ledger.len(), 2);
    books.assert_paid(succeeded, 39_000);
    books.assert_released(blocked, "moderated");
    books.assert_at_rest();
}

async fn a_message_of_an_earlier_attempt_leaves_the_current_one_alone(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let busy = Behaviour::submit(Fault::error(503, "serviceUnavailable"));
    let id = live
        .start(&world, photo, [busy, Behaviour::default().processing(1)])
        .await;
    world
        .guest
        .wait_until(id, "processing", |edit| edit["status"] == "processing")
        .await;
    let is_at_the_second = async || world.stored(id).await.attempt >= 2;
    place.eventually("at its second attempt", is_at_the_second).await;
    queue::poll_copies(&world, id, 1, 3).await;
    queue::poll_copies(&world, id, 3, 3).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let asked: Vec<_> = live
        .tasks(id)
        .iter()
        .map(|task| (task.submits, task.polls))
        .collect();
    assert_eq!(asked, [(1, 0), (1, 2)]);
    assert_eq!(world.stored(id).await.status, Status::Succeeded);
    Books::of(&world).await.assert_paid(id, 39_000);
}
