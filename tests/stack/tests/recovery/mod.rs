//! What operators and the schedule do about edits that do not move. Recovery looks at every edit of the stack, so these
//! tests run alone, and look at their own edits in its answers.

mod backfill;
mod concurrency;
mod dead_letters;
mod dispatch;
mod fail;
mod held;
mod limits;
mod lost_messages;

use domain::settings::Setting;
use domain::{EditId, Status};
use serde_json::{Value, json};
use stack_tests::invoke::{invoke, item_of};
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
    let mut settings = settings::alone(stack, &[(Setting::QueueName, "no-such-queue")]).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, style).await;
    assert_eq!(world.stored(id).await.status, Status::Queued);
    let own = stack.described.submit_queue_url.rsplit('/').next().unwrap();
    settings.change(Setting::QueueName, own).await;
    (id, settings)
}

/// Loses the poll message of an edit that the provider has just accepted.
async fn lose_poll(live: &Live, world: &World, id: EditId) {
    world
        .guest
        .wait_until(id, "accepted", |_| {
            live.tasks(id).iter().any(|task| task.accepted)
        })
        .await;
    queue::purge(&world.stack, &world.stack.described.poll_queue_url).await;
    let waiting = queue::waiting(&world.stack, &world.stack.described.poll_queue_url).await;
    assert_eq!(
        (waiting.visible, waiting.delayed),
        (0, 0),
        "the poll message is gone"
    );
    assert_eq!(world.stored(id).await.status, Status::Processing);
}

/// Succeeded at this attempt, with one submit that arrived, and paid once.
async fn assert_delivered_once(live: &Live, world: &World, id: EditId, attempt: u32) {
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    assert_eq!(world.stored(id).await.attempt, attempt);
    let [task] = live.tasks(id).try_into().unwrap();
    assert_eq!((task.submits, task.billed_micro_usd), (1, 39_000));
    let books = Books::of(world).await;
    books.assert_paid(id, 39_000);
    books.assert_at_rest();
}

/// Succeeded and paid once, with the fake.
async fn assert_painted_once(world: &World, id: EditId) {
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    assert_eq!(world.stored(id).await.attempt, 1);
    let books = Books::of(world).await;
    books.assert_paid(id, styles::COST);
    books.assert_at_rest();
}
