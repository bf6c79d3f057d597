//! Limits on open edits per guest and per event.

use futures::future::join_all;
use serde_json::json;
use world::{Books, Place, Reply, World, queue, styles};

contract! {
    in_memory {
        the_guest_limit_counts_the_guests_own_open_edits_only,
        parallel_requests_never_exceed_the_event_limit,
    }
}

async fn the_guest_limit_counts_the_guests_own_open_edits_only(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.max_in_flight_per_guest = Some(1);
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("slow") });
    let first = world.guest.start(photo, &styles::fake("slow")).await;
    let refused = world.guest.create_edit(photo, &body).await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), Some("5"));
    let other = world.another_guest().start(photo, &styles::fake("slow")).await;
    for id in [first, other] {
        world.guest.wait(id).await;
    }
    let again = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(again).await;
    let books = Books::of(&world).await;
    assert_eq!((books.figures.total, books.open()), (3, 0));
}

async fn parallel_requests_never_exceed_the_event_limit(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.max_in_flight_per_event = Some(3);
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("slow") });
    let guests: Vec<_> = (0..12).map(|_| world.another_guest()).collect();
    let asked = guests.iter().map(|guest| guest.insist(photo, &body));
    let replies = join_all(asked).await;
    let admitted: Vec<_> = replies.iter().filter(|reply| reply.status == 202).collect();
    for reply in replies.iter().filter(|reply| reply.status != 202) {
        reply.problem(429, "rate_limited");
    }
    assert_eq!(admitted.len(), 3);
    assert_eq!(Books::of(&world).await.figures.total, 3);
    let ids: Vec<_> = admitted.into_iter().map(Reply::edit_id).collect();
    for id in ids {
        // A function that ran into its timeout may have stored an edit without sending it.
        queue::submit(&world, id).await;
        world.guest.wait(id).await;
    }
    assert_eq!(Books::of(&world).await.open(), 0);
    let after = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(after).await;
}
