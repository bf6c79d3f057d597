//! Workers that die, and submits that do not arrive. A test that kills a worker runs alone until then: the whole batch
//! dies with the worker.

use std::time::Duration;

use doubles::runware::{Behaviour, Fault};
use world::deployed::functions::kill_while_connected;
use world::servers::{Hole, closed_port};
use world::{Live, Place, World};

contract! {
    in_memory {
        an_unreachable_provider_is_tried_again_soon,
    }
    deployed {
        an_edit_survives_the_death_of_its_worker_after_the_submit,
        a_submit_that_died_on_its_way_is_repeated_once_it_cannot_arrive,
    }
}

async fn an_edit_survives_the_death_of_its_worker_after_the_submit(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    // The provider takes the task and never answers.
    let silent = Behaviour::submit(Fault::Slow(Duration::from_secs(50)));
    let id = live.start(&world, photo, [silent]).await;
    let is_accepted = async || live.tasks(id).iter().any(|task| task.accepted);
    place.eventually("accepted", is_accepted).await;
    kill_while_connected(&place, "process-edit", live.port()).await;
    let live = live.share().await;
    live.assert_delivered_once(&world, id, 1).await;
}

async fn a_submit_that_died_on_its_way_is_repeated_once_it_cannot_arrive(place: Place) {
    let hole = Hole::start();
    let live = Live::alone(&place, Some(hole.base_url())).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = live
        .start(&world, photo, [Behaviour::default().processing(0)])
        .await;
    kill_while_connected(&place, "process-edit", hole.port()).await;
    let live = live.share().await;
    live.assert_delivered_once(&world, id, 2).await;
    let attempts = world.stored(id).await.attempts;
    assert_eq!(attempts[0].outcome.as_deref(), Some("provider_timeout"));
    let waited = attempts[1].started_at.duration_since(attempts[0].started_at);
    assert!(waited.as_secs() >= 22, "the timeout of 2 s and 20 s: {waited:?}");
}

async fn an_unreachable_provider_is_tried_again_soon(place: Place) {
    let nobody = format!("http://127.0.0.1:{}/v1", closed_port());
    let live = Live::alone(&place, Some(nobody)).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = live
        .start(&world, photo, [Behaviour::default().processing(0)])
        .await;
    place
        .eventually("given up", async || {
            let attempts = world.stored(id).await.attempts;
            attempts.first().is_some_and(|attempt| attempt.ended_at.is_some())
        })
        .await;
    let live = live.share().await;
    live.assert_delivered_once(&world, id, 2).await;
    let attempts = world.stored(id).await.attempts;
    assert_eq!(attempts[0].outcome.as_deref(), Some("provider_error"));
    let waited = attempts[1].started_at.duration_since(attempts[0].started_at);
    assert!(
        waited.as_secs() < 10,
        "nothing was sent, so nothing can arrive late: {waited:?}"
    );
}
