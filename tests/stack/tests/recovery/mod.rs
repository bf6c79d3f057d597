//! What operators and the schedule do about edits that do not move. Recovery looks at every edit of the stack, so these
//! tests run alone, and look at their own edits in its answers.

mod backfill;
mod concurrency;
mod dead_letters;
mod dispatch;
mod elsewhere;
mod fail;
mod held;
mod limits;
mod lost_messages;

use domain::settings::setting;
use domain::{EditId, Status, TaskId};
use doubles::runware::Behaviour;
use serde_json::{Value, json};
use stack_tests::invoke::{invoke, item_of};
use stack_tests::patience::eventually;
use stack_tests::settings::{self, Alone};
use stack_tests::{Books, Live, Stack, World, queue, styles};

/// Sends again, or asks after, whatever is open.
async fn requeue(stack: &Stack) -> Value {
    invoke(
        stack,
        "recover-stuck",
        &json!({ "minutes": 0, "action": "requeue" }),
    )
    .await
}

/// Ends whatever is open.
async fn fail(stack: &Stack) -> Value {
    invoke(stack, "recover-stuck", &json!({ "minutes": 0, "action": "fail" })).await
}

/// What the schedule of template.yaml does, but without waiting for two minutes.
async fn by_schedule(stack: &Stack) -> Value {
    let payload = json!({ "minutes": 0, "action": "requeue", "limit": 500, "spare_held": true });
    invoke(stack, "recover-stuck", &payload).await
}

/// What an answer says was done with an edit, and why.
#[track_caller]
fn said(answer: &Value, id: EditId) -> (&str, &str) {
    let item = item_of(answer, id).unwrap_or_else(|| panic!("{id} is not in {answer}"));
    (item["action"].as_str().unwrap(), item["reason"].as_str().unwrap())
}

/// An edit whose submit message never left: its queue could not be reached.
async fn lost(stack: &Stack, world: &World, style: &str) -> (EditId, Alone) {
    let mut settings = settings::alone(stack, &[(setting!(queue_name), "no-such-queue")]).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, style).await;
    assert_eq!(world.stored(id).await.status, Status::Queued);
    let own = stack.described.submit_queue_url.rsplit('/').next().unwrap();
    settings.change(setting!(queue_name), own).await;
    (id, settings)
}

/// An edit that Runware has accepted and nobody asks after any more; from now on it goes like this there.
async fn forgotten(live: &Live, world: &World, then: Behaviour) -> EditId {
    // What nobody can read would be in flight for minutes.
    queue::purge(&world.stack, &world.stack.described.poll_queue_url).await;
    let photo = world.photo("cat.jpg").await;
    let id = live
        .start(world, photo, [Behaviour::default().processing(1_000)])
        .await;
    let is_accepted = || live.tasks(id).iter().any(|task| task.accepted);
    world.guest.wait_until(id, "accepted", |_| is_accepted()).await;
    lose_polls(&world.stack).await;
    assert_eq!(world.stored(id).await.status, Status::Processing);
    live.now(TaskId::derive(id, 1), then);
    id
}

/// Loses every poll message. One that is worked on would be followed by another.
async fn lose_polls(stack: &Stack) {
    let url = &stack.described.poll_queue_url;
    eventually("without poll messages", async || {
        if queue::waiting(stack, url).await.in_flight > 0 {
            return false;
        }
        queue::purge(stack, url).await;
        queue::waiting(stack, url).await.total() == 0
    })
    .await;
}

/// Succeeded and paid once, with the fake.
async fn assert_painted_once(world: &World, id: EditId) {
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    assert_eq!(world.stored(id).await.attempt, 1);
    let books = Books::of(world).await;
    books.assert_paid(id, styles::COST);
    books.assert_at_rest();
}
