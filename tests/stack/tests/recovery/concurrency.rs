//! Recoveries that meet each other and the workers.

use doubles::runware::{Behaviour, Fault};
use futures::future::{join, join_all};
use serde_json::json;
use std::time::Duration;
use world::{Books, Live, Place, World, queue, styles};

use super::*;

contract! {
    deployed {
        parallel_recoveries_make_one_submit_and_one_settlement,
        an_edit_is_ended_or_delivered_but_never_both,
    }
}

async fn parallel_recoveries_make_one_submit_and_one_settlement(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::LIVE });
    // One edit has a finished picture, the other is queued. The provider is slow, so that the recoveries meet.
    let finished = forgotten(&live, &world, Behaviour::default().processing(0)).await;
    let slow = Behaviour::submit(Fault::Slow(Duration::from_millis(500)));
    let queued = live.hold(&world, photo, &body, [slow]).await;
    let before = place
        .stack()
        .messages(&place.stack().described.submit_queue_url)
        .await;
    let recoveries = join_all((0..4).map(|_| requeue(&place)));
    join(recoveries, queue::submit_copies(&world, queued, 5)).await;

    for id in [finished, queued] {
        assert_eq!(world.guest.wait(id).await["status"], "succeeded");
        let [task] = live.tasks(id).try_into().unwrap();
        assert_eq!((task.submits, task.billed_micro_usd), (1, 39_000));
        assert_eq!(world.stored(id).await.attempt, 1);
    }
    place
        .stack()
        .until_handled(&place.stack().described.submit_queue_url, before)
        .await;
    let books = Books::of(&world).await;
    assert_eq!((books.ledger.len(), books.figures.succeeded), (2, 2));
    books.assert_paid(finished, 39_000);
    books.assert_paid(queued, 39_000);
    books.assert_at_rest();
}

async fn an_edit_is_ended_or_delivered_but_never_both(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::LIVE });
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(
            live.hold(&world, photo, &body, [Behaviour::default().processing(0)])
                .await,
        );
    }
    let before = place
        .stack()
        .messages(&place.stack().described.submit_queue_url)
        .await;
    let sent = async {
        for id in &ids {
            queue::submit(&world, *id).await;
        }
    };
    futures::join!(sent, fail(&place), requeue(&place), fail(&place));
    for id in &ids {
        world.guest.wait(*id).await;
        assert!(live.tasks(*id).len() <= 1 && live.tasks(*id).iter().all(|task| task.submits == 1));
    }
    place
        .stack()
        .until_handled(&place.stack().described.submit_queue_url, before)
        .await;
    let books = Books::of(&world).await;
    assert_eq!(books.ledger.len(), 3, "one entry each");
    assert_eq!(books.figures.succeeded + books.figures.failed, 3);
    books.assert_at_rest();
}
