//! Malformed messages.

use std::time::Duration;

use domain::EditId;
use doubles::runware::Behaviour;
use serde_json::json;
use tokio::time::{Instant, sleep};
use world::deployed::logs;
use world::queue::Queue;
use world::{Books, Live, Place, World, queue, styles};

contract! {
    both {
        an_unreadable_record_harms_none_of_its_neighbours,
    }
    deployed {
        a_failed_record_returns_long_before_its_visibility_timeout,
    }
}

async fn an_unreadable_record_harms_none_of_its_neighbours(place: Place) {
    // Live mode holds edits back, so all of these go in one batch.
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::LIVE });
    let first = live
        .hold(&world, photo, &body, [Behaviour::default().processing(0)])
        .await;
    let second = live
        .hold(&world, photo, &body, [Behaviour::default().processing(0)])
        .await;
    let unknown = EditId::new(place.now(), place.cloud.random());
    let good = queue::submit_body(&world, first);
    let batch = [
        good.clone(),
        "this is not JSON".to_owned(),
        "{\"v\":\"1\"}".to_owned(),
        good.replace("\"v\":\"1\"", "\"v\":\"9\""),
        queue::submit_body(&world, unknown),
        good.replace(world.event.id.as_str(), "another-event"),
        queue::submit_body(&world, second),
    ];
    queue::send(&place, Queue::Submit, &batch).await;
    let polls = [
        "[]".to_owned(),
        "null".to_owned(),
        queue::poll_body(&world, unknown, 1),
        queue::poll_body(&world, first, 7),
    ];
    queue::send(&place, Queue::Poll, &polls).await;
    for id in [first, second] {
        assert_eq!(world.guest.wait(id).await["status"], "succeeded");
        assert_eq!(live.tasks(id)[0].submits, 1);
        assert_eq!(world.stored(id).await.attempt, 1);
    }
    let books = Books::of(&world).await;
    assert_eq!(books.ledger.len(), 2);
    books.assert_at_rest();
}

async fn a_failed_record_returns_long_before_its_visibility_timeout(place: Place) {
    let since_ms = logs::now_ms(&place);
    let stack = place.stack();
    let sent = stack
        .sqs
        .send_message()
        .queue_url(&stack.described.poll_queue_url);
    let sent = sent.message_body("nobody can read this").send().await.unwrap();
    let named = format!("\"message_id\":\"{}\"", sent.message_id().unwrap());
    let begun = Instant::now();
    loop {
        // The emulator delivers a late line with the environment's next invocation only.
        stack.nudge("poll-edit").await;
        let lines = logs::lines(&place, "poll-edit", since_ms).await;
        let deliveries = lines
            .iter()
            .filter(|line| line.contains("record cannot be read") && line.contains(&named));
        if deliveries.count() > 1 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "not delivered again");
        sleep(Duration::from_secs(2)).await;
    }
}
