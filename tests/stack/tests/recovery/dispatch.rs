//! Dispatch sends edits that were held back.

use domain::breaker::Pin;
use domain::settings::setting;
use jiff::SignedDuration;
use world::Duo;

use super::*;

contract! {
    in_memory {
        an_edit_sent_after_its_deadline_waits_for_its_provider,
    }
    both {
        held_edits_are_sent_oldest_first_and_a_second_dispatch_is_harmless,
    }
}

async fn held_edits_are_sent_oldest_first_and_a_second_dispatch_is_harmless(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(queue_auto_dispatch), "false")]).await;
    send_leftovers(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let mut ids = Vec::new();
    for _ in 0..13 {
        ids.push(world.guest.start(photo, &styles::fake("sync")).await);
        place.pass(SignedDuration::from_secs(1)).await;
    }
    let answer = place.invoke("dispatch", &json!({ "limit": 11 })).await;
    assert_eq!(answer, json!({ "matched": 11, "sent": 11, "more": true }));
    let (first, left) = ids.split_at(11);
    for id in first {
        assert_eq!(world.guest.wait(*id).await["status"], "succeeded");
    }
    for id in left {
        assert_eq!(
            world.stored(*id).await.status,
            Status::Queued,
            "the youngest edits wait"
        );
    }

    // Two at the same time: each finds the two that are left, or finds them gone.
    let payload = json!({});
    let (one, other) = futures::join!(
        place.invoke("dispatch", &payload),
        place.invoke("dispatch", &payload)
    );
    assert!(one["sent"] == 2 || other["sent"] == 2, "{one} {other}");
    for id in left {
        assert_eq!(world.guest.wait(*id).await["status"], "succeeded");
    }
    place.handle_all_messages().await;
    let books = Books::of(&world).await;
    assert_eq!((books.ledger.len(), books.figures.succeeded), (13, 13));
    for id in ids {
        assert_eq!(world.stored(id).await.attempt, 1);
        books.assert_paid(id, styles::COST);
    }
    books.assert_at_rest();
    assert_eq!(place.invoke("dispatch", &payload).await["matched"], 0);
}

async fn an_edit_sent_after_its_deadline_waits_for_its_provider(place: Place) {
    let mut duo = Duo::open(&place, &[(setting!(fallback_provider), "none")]).await;
    duo.settings.pin_breakers(Some(Pin::Open)).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let behaviour = Behaviour::default().processing(0);
    let held = duo.hold(&world, photo, styles::LIVE, [behaviour]).await;
    world
        .set_deadline(held.id, place.now() - SignedDuration::from_mins(1))
        .await;
    let answer = place.invoke("dispatch", &json!({})).await;
    assert_eq!(answer["sent"], 1, "{answer}");
    place.handle_due_messages().await;
    assert_eq!(world.stored(held.id).await.status, Status::Queued, "it waits");
    assert_eq!(place.memory().messages(Queue::Submit).len(), 1);
    duo.settings.pin_breakers(Some(Pin::Closed)).await;
    assert_eq!(world.guest.wait(held.id).await["status"], "succeeded");
    Books::of(&world).await.assert_at_rest();
}
