//! A change of a setting takes effect within 30 s on warm functions.

use std::time::{Duration, Instant};

use domain::settings::Setting;
use serde_json::json;
use world::{Caller, Place, Reply, World, settings, styles};

contract! {
    in_memory {
        an_invalid_value_changes_nothing_and_says_why,
    }
    deployed {
        a_setting_takes_effect_within_half_a_minute_through_the_api_and_by_hand,
        unreadable_blocked_terms_never_let_a_prompt_through,
    }
}

/// The promise. The local stage reads settings again after a second.
const WITHIN: Duration = Duration::from_secs(30);

/// Asks a warm function until it answers as it should.
async fn until(world: &World, what: &str, is_so: impl Fn(&Reply) -> bool) {
    let begun = Instant::now();
    world
        .place
        .eventually(what, async || is_so(&world.guest.get("/ai-styles").await))
        .await;
    assert!(begun.elapsed() < WITHIN, "{what} after {:?}", begun.elapsed());
}

async fn a_setting_takes_effect_within_half_a_minute_through_the_api_and_by_hand(place: Place) {
    let mut settings = settings::alone(&place, &[]).await;
    let world = World::new(&place).await;
    let admin = Caller::superadmin(&place);
    let is_open = |reply: &Reply| reply.status == 200;
    until(&world, "open", is_open).await;

    for setting in [Setting::IsEnabled, Setting::StatusMessage] {
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

    // As `aws ssm put-parameter` does it.
    let by_hand = "Off by hand.";
    place
        .cloud
        .put_setting(Setting::StatusMessage, by_hand)
        .await
        .unwrap();
    until(&world, "off by hand", says(by_hand)).await;
    let seen = admin.get("/admin/ai-settings").await;
    assert_eq!(seen.data(200)["status_message"], json!(by_hand));
    place.cloud.put_setting(Setting::IsEnabled, "true").await.unwrap();
    until(&world, "open again", is_open).await;
}

async fn an_invalid_value_changes_nothing_and_says_why(place: Place) {
    let admin = Caller::superadmin(&place);
    let change =
        json!({ "queue_max_polls": 0, "blocked_terms": ["..."], "status_message": "Changed all the same." });
    let reply = admin.patch("/admin/ai-settings", &change).await;
    assert_eq!(reply.pointers(), ["/blocked_terms/0", "/queue_max_polls"]);
    let after = admin.get("/admin/ai-settings").await;
    assert_ne!(after.data(200)["status_message"], change["status_message"]);
    assert_eq!(after.data(200)["queue_max_polls"], json!(60));
}

async fn unreadable_blocked_terms_never_let_a_prompt_through(place: Place) {
    let terms = r#"["forbiddenword"]"#;
    let mut settings = settings::alone(&place, &[(Setting::BlockedTerms, terms)]).await;
    let world = World::new(&place).await;
    let photo = world.photo_without_file().await;
    let body = json!({ "style_key": styles::OK, "prompt": "a forbiddenword on a boat" });
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(422, "prompt_blocked");

    settings
        .change(Setting::BlockedTerms, r#"["forbiddenword", "#)
        .await;
    for _ in 0..5 {
        let reply = world.guest.create_edit(photo, &body).await;
        match reply.status {
            // A warm function keeps the last list that it could read.
            422 => reply.problem(422, "prompt_blocked"),
            // A function that never read a list refuses everything.
            _ => reply.problem(503, "feature_disabled"),
        };
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    settings.change(Setting::BlockedTerms, "[]").await;
}
