//! `GET /api/v1/events/{token}/ai-edits/{requestId}`

use serde_json::json;
use world::pictures::{sha256, size};
use world::reply::text;
use world::{Place, World, settings, styles};

contract! {
    in_memory {
        a_failed_edit_shows_a_message_for_guests,
        an_edit_under_way_says_when_to_ask_again,
        a_missing_edit_is_not_found,
    }
    both {
        a_finished_edit_shows_its_picture_and_no_wait,
    }
}

async fn a_finished_edit_shows_its_picture_and_no_wait(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("table.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    let edit = world.guest.wait(id).await;
    let output = &edit["output"];
    let picture = world.guest.download(&output["url"]).await;
    let (width, height) = size(&picture);
    let expected = json!({
        "id": id, "status": "succeeded", "photo_id": photo, "style_key": "test-sync",
        "created_at": edit["created_at"], "updated_at": edit["completed_at"], "completed_at": edit["completed_at"],
        "wait": null, "failure": null,
        "output": {
            "url": output["url"], "thumbnail_url": output["thumbnail_url"], "mime_type": "image/jpeg",
            "expires_at": output["expires_at"],
            "width": width, "height": height, "bytes": picture.len(), "sha256": sha256(&picture),
        },
    });
    assert_eq!(edit, expected);
    assert_eq!((width, height), (600, 400));
    assert!(text(&edit["completed_at"]) > text(&edit["created_at"]));
    assert_eq!(world.guest.edit(id).await.header("retry-after"), None);
}

async fn a_failed_edit_shows_a_message_for_guests(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("rejected")).await;
    let edit = world.guest.wait(id).await;
    let expected = json!({
        "code": "provider_rejected", "retryable": false,
        "message": "This photo and style do not work together. Please try another style.",
    });
    assert_eq!((&edit["failure"], &edit["output"]), (&expected, &json!(null)));
}

async fn an_edit_under_way_says_when_to_ask_again(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("never")).await;
    world
        .guest
        .wait_until(id, "processing", |edit| edit["status"] == "processing")
        .await;
    let reply = world.guest.edit(id).await;
    assert_eq!(reply.data(200)["wait"]["position"], 0);
    let seconds: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=5).contains(&seconds), "{seconds}");
}

async fn a_missing_edit_is_not_found(place: Place) {
    let guest = World::new(&place).await.guest;
    for id in [
        "edit_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "nonsense",
        "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ] {
        guest
            .get(&format!("/ai-edits/{id}"))
            .await
            .problem(404, "edit_not_found");
    }
}
