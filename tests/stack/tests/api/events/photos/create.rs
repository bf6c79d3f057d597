//! `POST /api/v1/events/{token}/photos`

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use world::fixture;
use world::reply::text;
use world::{Place, World, settings, styles};

contract! {
    in_memory {
        a_malformed_registration_is_refused_at_its_field,
        a_body_that_is_not_json_is_refused_by_its_flaw,
        an_upload_works_until_the_moment_that_it_names,
    }
    both {
        a_guest_registers_uploads_and_edits_a_photo,
    }
    deployed {
        the_bucket_refuses_an_upload_of_another_size_type_or_key,
    }
}

async fn a_guest_registers_uploads_and_edits_a_photo(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let bytes = fixture("cat.jpg");
    let reply = world.guest.create_photo("image/jpeg", bytes.len()).await;
    let photo = reply.data(201);
    let id: domain::PhotoId = text(&photo["id"]).parse().unwrap();
    let upload = &photo["upload"];
    let expected = json!({ "data": {
        "id": id, "mime_type": "image/jpeg", "size_bytes": bytes.len(), "created_at": photo["created_at"],
        "upload": {
            "method": "PUT", "url": upload["url"], "expires_at": upload["expires_at"],
            "headers": { "content-type": "image/jpeg", "content-length": bytes.len().to_string() },
        },
    }});
    assert_eq!(reply.body, expected);

    assert_eq!(world.guest.upload(upload, bytes).await, 200);
    let edit = world.guest.start(id, &styles::fake("sync")).await;
    assert_eq!(world.guest.wait(edit).await["status"], "succeeded");
}

async fn the_bucket_refuses_an_upload_of_another_size_type_or_key(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let bytes = fixture("cat.jpg");
    let reply = world.guest.create_photo("image/jpeg", bytes.len()).await;
    let upload = &reply.data(201)["upload"];

    let mut larger = bytes.clone();
    larger.push(0);
    assert_eq!(world.guest.upload(upload, larger).await, 403, "one byte more");
    let mut other = upload.clone();
    other["headers"]["content-type"] = json!("text/html");
    assert_eq!(
        world.guest.upload(&other, bytes.clone()).await,
        403,
        "another type"
    );
    let mut elsewhere = upload.clone();
    elsewhere["url"] = Value::from(text(&upload["url"]).replace("/uploads/", "/events/"));
    assert_eq!(world.guest.upload(&elsewhere, bytes).await, 403, "another key");
}

async fn a_malformed_registration_is_refused_at_its_field(place: Place) {
    let world = World::new(&place).await;
    for (body, pointer) in [
        (json!({ "mime_type": "image/gif", "size_bytes": 1 }), "/mime_type"),
        (
            json!({ "mime_type": "image/jpeg", "size_bytes": 0 }),
            "/size_bytes",
        ),
        (
            json!({ "mime_type": "image/jpeg", "size_bytes": 30_000_001 }),
            "/size_bytes",
        ),
        (
            json!({ "mime_type": "image/jpeg", "size_bytes": -1 }),
            "/size_bytes",
        ),
        (
            json!({ "mime_type": "image/jpeg", "size_bytes": 1, "name": "x" }),
            "/name",
        ),
    ] {
        let reply = world.guest.post("/photos", &body).await;
        assert_eq!(reply.pointers(), [pointer], "{body}");
    }
    assert_eq!(
        world.guest.get("/photos").await.body["data"],
        json!([]),
        "nothing was registered"
    );
}

async fn a_body_that_is_not_json_is_refused_by_its_flaw(place: Place) {
    let guest = World::new(&place).await.guest;
    let json_type = "application/json";
    guest
        .post_raw("/photos", json_type, "{")
        .await
        .problem(400, "invalid_request");
    guest
        .post_raw("/photos", "text/plain", "{}")
        .await
        .problem(415, "unsupported_media_type");
    let huge = " ".repeat(64 * 1024 + 1);
    guest
        .post_raw("/photos", json_type, huge)
        .await
        .problem(413, "payload_too_large");
}

async fn an_upload_works_until_the_moment_that_it_names(place: Place) {
    let world = World::new(&place).await;
    let bytes = fixture("cat.jpg");
    // A signature counts whole seconds, and nobody registers a photo at the beginning of one.
    place.pass(SignedDuration::from_millis(700)).await;
    let reply = world.guest.create_photo("image/jpeg", bytes.len()).await;
    let upload = &reply.data(201)["upload"];
    let expires_at: Timestamp = text(&upload["expires_at"]).parse().unwrap();
    assert_eq!(expires_at.subsec_nanosecond(), 0);
    assert!(expires_at <= place.now() + SignedDuration::from_mins(15));
    place
        .pass_until(expires_at - SignedDuration::from_millis(1))
        .await;
    assert_eq!(world.guest.upload(upload, bytes.clone()).await, 200);
    place.pass_until(expires_at).await;
    assert_eq!(world.guest.upload(upload, bytes).await, 403);
}
