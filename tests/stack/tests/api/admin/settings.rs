//! A change of a setting takes effect within 30 s on warm functions, however it was made.

use std::time::{Duration, Instant};

use domain::settings::setting;
use serde_json::json;
use stack_tests::patience::eventually;
use stack_tests::{Caller, Reply, Stack, World, settings, styles};

/// What is promised. The local stage reads settings again after a second.
const WITHIN: Duration = Duration::from_secs(30);

/// Asks a warm function until it answers as it should.
async fn until(guest: &World, what: &str, is_so: impl Fn(&Reply) -> bool) {
    let begun = Instant::now();
    eventually(what, async || is_so(&guest.guest.get("/ai-styles").await)).await;
    assert!(begun.elapsed() < WITHIN, "{what} after {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_change_acts_within_half_a_minute_through_the_api_and_by_hand_alike() {
    let stack = Stack::connect().await;
    let mut settings = settings::alone(&stack, &[]).await;
    let world = World::new(&stack).await;
    let admin = Caller::superadmin(&stack);
    let is_open = |reply: &Reply| reply.status == 200;
    until(&world, "open", is_open).await;

    for setting in [setting!(is_enabled), setting!(status_message)] {
        settings.expect_change(setting);
    }
    let change = json!({ "is_enabled": false, "status_message": "Off through the API." });
    let answer = admin.patch("/admin/ai-settings", &change).await;
    assert_eq!(answer.data(200)["is_enabled"], json!(false));
    let says = |message: &'static str| {
        move |reply: &Reply| {
            reply.status == 503
                && (&reply.body["code"], &reply.body["detail"])
                    == (&json!("feature_disabled"), &json!(message))
        }
    };
    until(&world, "off", says("Off through the API.")).await;

    // What `aws ssm put-parameter` does.
    let by_hand = "Off by hand.";
    stack
        .cloud
        .put_setting(setting!(status_message), by_hand)
        .await
        .unwrap();
    until(&world, "off by hand", says(by_hand)).await;
    let seen = admin.get("/admin/ai-settings").await;
    assert_eq!(seen.data(200)["status_message"], json!(by_hand));
    stack
        .cloud
        .put_setting(setting!(is_enabled), "true")
        .await
        .unwrap();
    until(&world, "open again", is_open).await;
}

#[tokio::test]
async fn a_value_that_does_not_fit_changes_nothing_and_says_why() {
    let stack = Stack::connect().await;
    let _settings = settings::defaults(&stack).await;
    let admin = Caller::superadmin(&stack);
    let change =
        json!({ "queue_max_polls": 0, "blocked_terms": ["..."], "status_message": "Changed all the same." });
    let reply = admin.patch("/admin/ai-settings", &change).await;
    assert_eq!(reply.pointers(), ["/blocked_terms/0", "/queue_max_polls"]);
    let after = admin.get("/admin/ai-settings").await;
    assert_ne!(after.data(200)["status_message"], change["status_message"]);
    assert_eq!(after.data(200)["queue_max_polls"], json!(60));
}

#[tokio::test]
async fn blocked_terms_that_somebody_typed_wrong_do_not_open_the_door() {
    let stack = Stack::connect().await;
    let terms = r#"["forbiddenword"]"#;
    let mut settings = settings::alone(&stack, &[(setting!(blocked_terms), terms)]).await;
    let world = World::new(&stack).await;
    let photo = world.photo_without_file().await;
    let body = json!({ "style_key": styles::OK, "prompt": "a forbiddenword on a boat" });
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(422, "prompt_blocked");

    settings
        .change(setting!(blocked_terms), r#"["forbiddenword", "#)
        .await;
    for _ in 0..5 {
        let reply = world.guest.create_edit(photo, &body).await;
        match reply.status {
            // A warm function goes on with the last list that it could read.
            422 => reply.problem(422, "prompt_blocked"),
            // One that never could read any refuses.
            _ => reply.problem(503, "feature_disabled"),
        };
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    settings.change(setting!(blocked_terms), "[]").await;
}
