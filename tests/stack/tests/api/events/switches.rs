//! Layer 1: the switches of the superadmin.

use domain::settings::Setting;
use serde_json::json;
use stack_tests::{Stack, World, settings, styles};

#[tokio::test]
async fn switched_off_everything_is_refused_with_the_message_but_finished_edits_are_shown() {
    let stack = Stack::connect().await;
    let mut settings = settings::alone(&stack, &[]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(id).await;

    settings
        .change_at_once(Setting::StatusMessage, "Back at eight.")
        .await;
    settings.change(Setting::IsEnabled, "false").await;
    for reply in [
        world
            .guest
            .create_edit(photo, &json!({ "style_key": styles::OK }))
            .await,
        world.guest.create_photo("image/jpeg", 1_000).await,
        world.guest.get("/photos").await,
        world.guest.get("/ai-styles").await,
    ] {
        assert_eq!(reply.problem(503, "feature_disabled")["detail"], "Back at eight.");
        assert_eq!(reply.header("retry-after"), Some("30"));
    }
    assert_eq!(world.guest.edit(id).await.data(200)["status"], "succeeded");
    assert_eq!(world.stored(id).await.status, domain::Status::Succeeded);
}

#[tokio::test]
async fn guests_locked_out_see_nothing() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[(Setting::GuestEnabled, "false")]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    for reply in [
        world
            .guest
            .create_edit(photo, &json!({ "style_key": styles::OK }))
            .await,
        world.guest.create_photo("image/jpeg", 1_000).await,
        world.guest.get("/photos").await,
        world.guest.get("/ai-styles").await,
        world.guest.get("/ai-edits/edit_01ARZ3NDEKTSV4RRFFQ69G5FAV").await,
    ] {
        reply.problem(503, "feature_disabled");
        assert_eq!(reply.header("retry-after"), Some("30"));
    }
}
