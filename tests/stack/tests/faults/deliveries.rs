//! Messages that arrive twice, late, or out of order.

use domain::{EditId, Status, TaskId};
use doubles::runware::{Behaviour, ErrorShape, Fault, TaskRecord};
use serde_json::json;
use world::queue::Queue;
use world::{Books, Live, Place, World, queue, styles};

contract! {
    in_memory {
        a_result_found_by_many_polls_is_settled_once,
        a_failure_found_by_many_polls_is_released_once,
        an_ended_edit_never_changes_again,
        a_message_of_an_earlier_attempt_leaves_the_current_one_alone,
        // The fault suite doubles messages on the deployed stack.
        a_second_delivery_does_not_submit_again,
    }
}

/// More than a batch holds, so that at least two workers handle copies at the same time.
const COPIES: usize = 10;

/// Sends copies of a submit message and returns once all of them are handled, at the same time as far as possible.
async fn submit_copies(world: &World, id: EditId) {
    queue::submit_copies(world, id, COPIES).await;
    handle_at_once(&world.place, Queue::Submit).await;
}

async fn handle_at_once(place: &Place, queue: Queue) {
    place.memory().handle_at_once(&place.cloud, queue).await;
}

async fn a_second_delivery_does_not_submit_again(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::LIVE });
    // The provider takes a while, so that every delivery meets the others.
    let slow = Behaviour::submit(Fault::Slow(std::time::Duration::from_millis(500)));
    let id = live.hold(&world, photo, &body, [slow]).await;
    submit_copies(&world, id).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    submit_copies(&world, id).await;

    let [task] = live.tasks(id).try_into().unwrap();
    assert_eq!((task.submits, task.billed_micro_usd), (1, 39_000));
    assert_eq!(world.stored(id).await.attempt, 1);
    let books = Books::of(&world).await;
    assert_eq!(books.ledger.len(), 1);
    books.assert_paid(id, 39_000);
    books.assert_at_rest();
}

/// An edit that a worker has submitted, and copies of its poll message, which are handled at the same time.
async fn polled_by_many(live: &Live, world: &World, behaviour: Behaviour) -> EditId {
    let photo = world.photo("cat.jpg").await;
    let id = live.start(world, photo, [behaviour]).await;
    world.guest.wait_until_processing(id).await;
    queue::poll_copies(world, id, 1, COPIES).await;
    handle_at_once(&world.place, Queue::Poll).await;
    world.place.handle_all_messages().await;
    id
}

async fn a_result_found_by_many_polls_is_settled_once(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let id = polled_by_many(&live, &world, Behaviour::default().processing(0)).await;
    assert_eq!(world.stored(id).await.status, Status::Succeeded);
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
    let refused = Behaviour::failing("contentPolicyViolation", ErrorShape::Item).processing(0);
    let id = polled_by_many(&live, &world, refused).await;
    assert_eq!(world.stored(id).await.status, Status::Blocked);
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
    // The provider changes its mind.
    live.now(TaskId::derive(blocked, 1), Behaviour::default().processing(0));

    for id in [succeeded, blocked] {
        let (before, tasks_before) = (world.stored(id).await, live.tasks(id));
        let picture = place.object(&before.output_key()).await;
        for attempt in 0..=3 {
            queue::poll_copies(&world, id, attempt, 1).await;
        }
        queue::submit(&world, id).await;
        place.handle_all_messages().await;
        assert_eq!(world.stored(id).await, before);
        assert_eq!(place.object(&before.output_key()).await, picture);
        let calls = |tasks: &[TaskRecord]| -> Vec<_> {
            tasks
                .iter()
                .map(|task| (task.submits, task.polls, task.lookups, task.downloads))
                .collect()
        };
        assert_eq!(
            calls(&live.tasks(id)),
            calls(&tasks_before),
            "no call to the provider"
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
    let is_at_the_second = async || world.stored(id).await.attempt >= 2;
    place.eventually("at its second attempt", is_at_the_second).await;
    queue::poll_copies(&world, id, 1, 3).await;
    queue::poll_copies(&world, id, 3, 3).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let calls: Vec<_> = live
        .tasks(id)
        .iter()
        .map(|task| (task.submits, task.polls))
        .collect();
    assert_eq!(calls, [(1, 0), (1, 2)]);
    Books::of(&world).await.assert_paid(id, 39_000);
}
