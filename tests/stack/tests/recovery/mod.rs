//! Operators and the schedule recover edits that do not move. On the stack recovery looks at every edit, so these tests
//! run alone there, and look at their own edits in its answers.

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
use world::invoke::item_of;
use world::patience::eventually;
use world::queue::Queue;
use world::settings::{self, Alone};
use world::{Books, Live, Place, World, styles};

/// Sends again, or polls, whatever is open.
async fn requeue(place: &Place) -> Value {
    recover(place, &json!({ "minutes": 0, "action": "requeue" })).await
}

/// Fails whatever is open.
async fn fail(place: &Place) -> Value {
    recover(place, &json!({ "minutes": 0, "action": "fail" })).await
}

/// As the schedule of template.yaml, but without its two minutes of grace.
async fn by_schedule(place: &Place) -> Value {
    let payload = json!({ "minutes": 0, "action": "requeue", "limit": 500, "spare_held": true });
    recover(place, &payload).await
}

async fn recover(place: &Place, payload: &Value) -> Value {
    place.invoke("recover-stuck", payload).await
}

/// Sends the edits that tests before this one held back and left: a dispatch takes the oldest of the whole installation.
async fn send_leftovers(place: &Place) {
    place.invoke("dispatch", &json!({})).await;
}

/// What an answer says was done with an edit, and why.
#[track_caller]
fn action_on(answer: &Value, id: EditId) -> (&str, &str) {
    let item = item_of(answer, id).unwrap_or_else(|| panic!("{id} is not in {answer}"));
    (item["action"].as_str().unwrap(), item["reason"].as_str().unwrap())
}

/// An edit whose submit message was never sent: its queue could not be reached.
async fn lost(place: &Place, world: &World, style: &str) -> (EditId, Alone) {
    let mut settings = settings::alone(place, &[(setting!(queue_name), "no-such-queue")]).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, style).await;
    assert_eq!(world.stored(id).await.status, Status::Queued);
    settings.change(setting!(queue_name), place.queue_name()).await;
    (id, settings)
}

/// An edit that Runware has accepted and that nobody polls any more; from now on Runware behaves like this.
async fn forgotten(live: &Live, world: &World, then: Behaviour) -> EditId {
    if let Some(stack) = world.place.deployed_stack() {
        // An unreadable message would be in flight for minutes.
        stack.purge(&stack.described.poll_queue_url).await;
    }
    let photo = world.photo("cat.jpg").await;
    let id = live
        .start(world, photo, [Behaviour::default().processing(1_000)])
        .await;
    let is_accepted = || live.tasks(id).iter().any(|task| task.accepted);
    world.guest.wait_until(id, "accepted", |_| is_accepted()).await;
    lose_polls(&world.place).await;
    assert_eq!(world.stored(id).await.status, Status::Processing);
    live.now(TaskId::derive(id, 1), then);
    id
}

/// Loses every poll message. On the stack a message in flight would be followed by another.
async fn lose_polls(place: &Place) {
    let Some(stack) = place.deployed_stack() else {
        return place.memory().lose_messages(Queue::Poll);
    };
    let url = &stack.described.poll_queue_url;
    eventually("no poll messages", async || {
        if stack.messages(url).await.in_flight > 0 {
            return false;
        }
        stack.purge(url).await;
        stack.messages(url).await.total() == 0
    })
    .await;
}

/// The edit succeeded with the fake provider, at its first attempt, and was paid once.
async fn assert_painted_once(world: &World, id: EditId) {
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    assert_eq!(world.stored(id).await.attempt, 1);
    let books = Books::of(world).await;
    books.assert_paid(id, styles::COST);
    books.assert_at_rest();
}
