//! A change of a setting takes effect within three seconds on warm functions.

use std::time::{Duration, Instant};

use domain::settings::setting;
use serde_json::json;
use world::{Caller, Place, Reply, World, settings, styles};

contract! {
    in_memory {
        an_invalid_value_changes_nothing_and_says_why,
    }
    both {
        unreadable_blocked_terms_never_let_a_prompt_through,
    }
    deployed {
        a_setting_takes_effect_within_three_seconds_through_the_api_and_by_hand,
    }
}

/// The promise. By hand it takes an event, a function that copies, and a second until the copy is read again.
const WITHIN: Duration = Duration::from_secs(3);

/// Asks a warm function until it answers as it should.
async fn until(world: &World, what: &str, is_so: impl Fn(&Reply) -> bool) {
    let begun = Instant::now();
    world
        .place
        .eventually(what, async || is_so(&world.guest.get("/ai-styles").await))
        .await;
    assert!(begun.elapsed() < WITHIN, "{what} after {:?}", begun.elapsed());
}

async fn a_setting_takes_effect_within_three_seconds_through_the_api_and_by_hand(place: Place) {
    let mut settings = settings::alone(&place, &[]).await;
    let world = World::new(&place).await;
    let admin = Caller::superadmin(&place);
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

    // As `aws ssm put-parameter` does it.
    let by_hand = "Off by hand.";
    place
        .cloud
        .put_setting(setting!(status_message), by_hand)
        .await
        .unwrap();
    until(&world, "off by hand", says(by_hand)).await;
    let seen = admin.get("/admin/ai-settings").await;
    assert_eq!(seen.data(200)["status_message"], json!(by_hand));
    place
        .cloud
        .put_setting(setting!(is_enabled), "true")
        .await
        .unwrap();
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
    let mut settings = settings::alone(&place, &[(setting!(blocked_terms), terms)]).await;
    let world = World::new(&place).await;
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
    // The last list that could be read stays, for warm functions and cold ones.
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(422, "prompt_blocked");
    settings.change(setting!(blocked_terms), "[]").await;
    world.guest.create_edit(photo, &body).await.data(202);
}
