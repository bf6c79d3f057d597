//! Layer 1: the switches of the superadmin.

use domain::settings::setting;
use serde_json::json;
use world::{Place, Reply, World, settings, styles};

use super::access::every_endpoint;

contract! {
    in_memory {
        the_kill_switch_refuses_everything_with_its_message_but_shows_finished_edits,
        the_guest_switch_refuses_every_endpoint_of_a_guest,
    }
}

const EVENT: &str = "GET /events/{token}";
const EDITS: &str = "GET /events/{token}/ai-edits";
const GALLERY: &str = "GET /events/{token}/gallery";
const EDIT: &str = "GET /events/{token}/ai-edits/{requestId}";

/// The event is shown, and says that edits are not available.
fn assert_unavailable(reply: &Reply) {
    let shown = &reply.data(200)["ai_edits"];
    assert_eq!(
        (&shown["available"], &shown["reason"]),
        (&json!(false), &json!("feature_disabled"))
    );
}

async fn the_kill_switch_refuses_everything_with_its_message_but_shows_finished_edits(place: Place) {
    let mut settings = settings::alone(&place, &[]).await;
    let world = World::new(&place).await;
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
            EDITS => assert_eq!(reply.data(200)[0]["status"], "succeeded"),
            GALLERY => assert_eq!(reply.data(200), &json!([])),
            // Guests may always delete what is theirs: here it is an edit and a photo that nobody has.
            deletion if deletion.starts_with("DELETE ") => assert_eq!(reply.status, 404),
            _ => {
                assert_eq!(reply.problem(503, "feature_disabled")["detail"], "Back at eight.");
                assert_eq!(reply.header("retry-after"), Some("30"));
            }
        }
    }
    assert_eq!(world.guest.edit(id).await.data(200)["status"], "succeeded");
    assert_eq!(world.stored(id).await.status, domain::Status::Succeeded);
}

async fn the_guest_switch_refuses_every_endpoint_of_a_guest(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(guest_enabled), "false")]).await;
    let world = World::new(&place).await;
    for (endpoint, reply) in every_endpoint(&world.guest).await {
        if endpoint == EVENT {
            assert_unavailable(&reply);
        } else {
            reply.problem(503, "feature_disabled");
            assert_eq!(reply.header("retry-after"), Some("30"));
        }
    }
}
