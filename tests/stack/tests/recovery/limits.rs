//! How much at once, and what is refused.

use serde_json::json;
use stack_tests::invoke::{invoke, try_invoke};
use stack_tests::{Books, Stack, World, settings, styles};

use super::*;

#[tokio::test]
async fn a_limit_is_kept_and_what_is_left_is_said_and_found_by_the_next_run() {
    let stack = Stack::connect().await;
    let mut settings = settings::alone(&stack, &[(setting!(queue_name), "no-such-queue")]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.guest.start(photo, &styles::fake("sync")).await);
    }
    let own = stack.described.submit_queue_url.rsplit('/').next().unwrap();
    settings.change(setting!(queue_name), own).await;
    let dry = invoke(&stack, "recover-stuck", &json!({ "minutes": 0, "limit": 4 })).await;
    assert_eq!((&dry["matched"], &dry["more"]), (&json!(4), &json!(true)));
    assert_eq!(dry["items"].as_array().unwrap().len(), 4);

    // Edits that other tests have left behind count as well; each run ends some.
    let payload = json!({ "minutes": 0, "action": "fail", "limit": 2 });
    for _ in 0..100 {
        let answer = invoke(&stack, "recover-stuck", &payload).await;
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

#[tokio::test]
async fn a_payload_that_is_not_understood_is_told_and_nothing_is_done() {
    let stack = Stack::connect().await;
    let _settings = settings::defaults(&stack).await;
    for (payload, said) in [
        (json!({ "action": "reque" }), "action"),
        (json!({ "minutes": "all" }), "minutes"),
        (json!({ "limit": 0 }), "limit"),
        (json!({ "dry_run": true }), "dry_run"),
    ] {
        let (failed, answer) = try_invoke(&stack, "recover-stuck", &payload).await;
        assert!(failed, "{payload}: {answer}");
        assert_eq!(answer["errorType"], "BadPayload");
        assert!(
            answer["errorMessage"].as_str().unwrap().contains(said),
            "{answer}"
        );
    }
}
