//! `GET /api/v1/events/{token}/photos/{photo}`

use domain::photo::Rejection;
use serde_json::{Value, json};
use world::fixture;
use world::pictures::{has_exif, size};
use world::reply::text;
use world::{Place, World, settings};

contract! {
    in_memory {
        every_fixture_is_ready_or_rejected_with_words,
        nobody_finds_the_photo_of_another_guest,
    }
    both {
        an_uploaded_photo_becomes_ready_without_anybody_asking,
        a_file_that_is_no_photo_is_rejected_with_words_that_help,
    }
}

async fn an_uploaded_photo_becomes_ready_without_anybody_asking(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let bytes = fixture("phone-orientation6-gps.jpg");
    assert!(has_exif(&bytes), "the fixture is what it says");
    let reply = world.guest.create_photo("image/jpeg", bytes.len()).await;
    let registered = reply.data(201);
    let path = format!("/photos/{}", text(&registered["id"]));
    let before = world.guest.get(&path).await;
    let nothing: [(&str, Value); 6] = [
        "rejection",
        "url",
        "thumbnail_url",
        "expires_at",
        "width",
        "height",
    ]
    .map(|name| (name, Value::Null));
    for (name, value) in nothing
        .into_iter()
        .chain([("status", json!("awaiting_upload")), ("own", json!(true))])
    {
        assert_eq!(before.data(200)[name], value, "{name}");
    }
    assert_eq!(
        world.guest.upload(&registered["upload"], bytes.clone()).await,
        200
    );

    let id: domain::PhotoId = text(&registered["id"]).parse().unwrap();
    let photo = world.settled_photo(id).await;
    let (width, height) = size(&world.guest.download(&photo["url"]).await);
    // Stored lying on its side, shown upright.
    assert!(width < height, "{width}x{height}");
    let expected = json!({
        "id": id.to_string(), "status": "ready", "rejection": null, "url": photo["url"],
        "thumbnail_url": photo["thumbnail_url"], "expires_at": photo["expires_at"], "width": width, "height": height,
        "mime_type": "image/jpeg", "size_bytes": bytes.len(), "created_at": registered["created_at"], "own": true,
    });
    assert_eq!(photo, expected);
    for link in ["url", "thumbnail_url"] {
        let file = world.guest.download(&photo[link]).await;
        assert!(
            !has_exif(&file) && !file.windows(3).any(|window| window == b"GPS"),
            "{link}"
        );
    }
}

async fn a_file_that_is_no_photo_is_rejected_with_words_that_help(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world
        .upload("image/jpeg", b"Dear diary, this is no picture.".to_vec())
        .await;
    let photo = world.settled_photo(photo).await;
    let code = Rejection::NotAPicture;
    assert_eq!(
        (&photo["status"], &photo["rejection"]),
        (
            &json!("rejected"),
            &json!({ "code": code.code(), "message": code.message() })
        )
    );
    assert_eq!((&photo["url"], &photo["width"]), (&Value::Null, &Value::Null));
}

/// A file, and `None` where it can be used.
const FIXTURES: [(&str, Option<Rejection>); 19] = [
    ("portrait.jpg", None),
    ("cat.jpg", None),
    ("table.jpg", None),
    ("rocket.jpg", None),
    ("phone-orientation6-gps.jpg", None),
    ("truncated.jpg", Some(Rejection::Damaged)),
    ("bomb-60000x60000.png", Some(Rejection::TooManyPixels)),
    // 48 pixels on one side.
    ("hard/01-orient-6-gray-80x48.jpg", Some(Rejection::TooSmall)),
    ("hard/02-form-12bit.jpg", Some(Rejection::UnsupportedKind)),
    (
        "hard/02-form-420-non-interleaved.jpg",
        Some(Rejection::UnsupportedKind),
    ),
    ("hard/02-form-arithmetic.jpg", Some(Rejection::UnsupportedKind)),
    ("hard/02-form-dnl-height-0.jpg", Some(Rejection::UnsupportedKind)),
    (
        "hard/02-form-flower-luma-subsample.jpg",
        Some(Rejection::UnsupportedKind),
    ),
    ("hard/03-colour-adobe-rgb-exif-only.jpg", None),
    ("hard/03-colour-gamma-1.6.png", None),
    ("hard/03-colour-gamma-1.6-reference.png", None),
    ("hard/03-colour-rgb-to-gbr.png", None),
    ("hard/08-kind-avif-named.jpg", Some(Rejection::Avif)),
    ("hard/09-limit-940x2.png", Some(Rejection::TooSmall)),
];

async fn every_fixture_is_ready_or_rejected_with_words(place: Place) {
    let world = World::new(&place).await;
    let mut wrong = Vec::new();
    for (name, expected) in FIXTURES {
        let id = world.upload("image/jpeg", fixture(name)).await;
        let photo = world.settled_photo(id).await;
        let rejection = expected.map_or(
            Value::Null,
            |code| json!({ "code": code.code(), "message": code.message() }),
        );
        if photo["rejection"] != rejection || (photo["status"] == "ready") != expected.is_none() {
            wrong.push(format!("{name}: {} {}", photo["status"], photo["rejection"]));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

async fn nobody_finds_the_photo_of_another_guest(place: Place) {
    let world = World::new(&place).await;
    let photo = world.upload("image/jpeg", fixture("cat.jpg")).await;
    let path = format!("/photos/{photo}");
    assert_eq!(world.settled_photo(photo).await["status"], "ready");
    world
        .another_guest()
        .get(&path)
        .await
        .problem(404, "photo_not_found");
    let nameless = world::Guest::new(&place, &world.token, None);
    nameless.get(&path).await.problem(404, "photo_not_found");
    // The organiser's photos are nobody's.
    let of_nobody = place.register_photo(&world.event.id, None).await;
    for photo in [of_nobody.to_string(), "photo_1".to_owned(), "%25".to_owned()] {
        let reply = world.guest.get(&format!("/photos/{photo}")).await;
        reply.problem(404, "photo_not_found");
    }
}
