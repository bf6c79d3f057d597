//! Layer 1: the switches of the superadmin.

use domain::settings::setting;
use serde_json::json;
use stack_tests::{Reply, Stack, World, settings, styles};

use super::access::every_endpoint;

const EVENT: &str = "GET /events/{token}";
const EDIT: &str = "GET /events/{token}/ai-edits/{requestId}";

/// The event itself can be seen, and says that there is nothing to be had.
fn assert_unavailable(reply: &Reply) {
    let shown = &reply.data(200)["ai_edits"];
    assert_eq!(
        (&shown["available"], &shown["reason"]),
        (&json!(false), &json!("feature_disabled"))
    );
}

#[tokio::test]
async fn switched_off_everything_is_refused_with_the_message_but_finished_edits_are_shown() {
    let stack = Stack::connect().await;
    let mut settings = settings::alone(&stack, &[]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(id).await;

    settings
        .change_at_once(setting!(status_message), "Back at eight.")
        .await;
    settings.change(setting!(is_enabled), "false").await;
    for (endpoint, reply) in every_endpoint(&world.guest).await {
        match endpoint.as_str() {
            EVENT => assert_unavailable(&reply),
            EDIT => _ = reply.problem(404, "edit_not_found"),
            _ => {
                assert_eq!(reply.problem(503, "feature_disabled")["detail"], "Back at eight.");
                assert_eq!(reply.header("retry-after"), Some("30"));
            }
        }
    }
    assert_eq!(world.guest.edit(id).await.data(200)["status"], "succeeded");
    assert_eq!(world.stored(id).await.status, domain::Status::Succeeded);
}

#[tokio::test]
async fn guests_locked_out_see_nothing() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[(setting!(guest_enabled), "false")]).await;
    let world = World::new(&stack).await;
    for (endpoint, reply) in every_endpoint(&world.guest).await {
        if endpoint == EVENT {
            assert_unavailable(&reply);
        } else {
            reply.problem(503, "feature_disabled");
            assert_eq!(reply.header("retry-after"), Some("30"));
        }
    }
}
