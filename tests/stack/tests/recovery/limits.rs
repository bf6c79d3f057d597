//! The limit of a run, and payloads that recovery refuses.

use serde_json::json;
use world::{Books, Place, World, settings, styles};

use super::*;

contract! {
    in_memory {
        a_limited_run_says_that_more_is_left_and_the_next_run_finds_it,
        recovery_refuses_an_unreadable_payload,
    }
}

async fn a_limited_run_says_that_more_is_left_and_the_next_run_finds_it(place: Place) {
    let mut settings = settings::alone(&place, &[(setting!(queue_name), "no-such-queue")]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.guest.start(photo, &styles::fake("sync")).await);
    }
    settings.change(setting!(queue_name), place.queue_name()).await;
    let dry = place
        .invoke("recover-stuck", &json!({ "minutes": 0, "limit": 4 }))
        .await;
    assert_eq!((&dry["matched"], &dry["more"]), (&json!(4), &json!(true)));
    assert_eq!(dry["items"].as_array().unwrap().len(), 4);

    let payload = json!({ "minutes": 0, "action": "fail", "limit": 2 });
    for _ in 0..100 {
        let answer = place.invoke("recover-stuck", &payload).await;
        assert!(answer["matched"].as_u64().unwrap() <= 2, "{answer}");
        if answer["more"] == false {
            break;
        }
    }
    let books = Books::of(&world).await;
    assert_eq!(books.figures.failed, 5);
    for id in ids {
        books.assert_released(id, "recovered_as_failed");
    }
}

async fn recovery_refuses_an_unreadable_payload(place: Place) {
    for (payload, said) in [
        (json!({ "action": "reque" }), "action"),
        (json!({ "minutes": "all" }), "minutes"),
        (json!({ "limit": 0 }), "limit"),
        (json!({ "dry_run": true }), "dry_run"),
    ] {
        let answer = place.try_invoke("recover-stuck", &payload).await.unwrap_err();
        assert_eq!(answer["errorType"], "BadPayload");
        assert!(
            answer["errorMessage"].as_str().unwrap().contains(said),
            "{answer}"
        );
    }
}
