//! `GET /api/v1/events/{token}`, as a page needs it, and the consent that it asks for.

use serde_json::json;
use world::caller::of_event;
use world::{Caller, Place, World, settings};

contract! {
    in_memory {
        a_new_text_of_consent_asks_every_guest_again,
    }
    both {
        a_guest_page_learns_all_that_it_shows,
    }
}

async fn a_guest_page_learns_all_that_it_shows(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let bare = world.guest.get("").await;
    let bare = bare.data(200);
    assert_eq!(bare["gallery"], "off");
    assert_eq!(bare["page"]["languages"], json!(["de", "en"]));
    assert_eq!(
        bare["photos"]["mime_types"],
        json!(["image/jpeg", "image/png", "image/webp"])
    );
    let path = format!("{}/ai-settings", of_event(&world));
    let page = json!({
        "welcome": " Welcome! ", "accent_colour": "#AA3377", "languages": ["en"],
        "privacy_url": "https://example.org/privacy", "ends_at": "2099-06-01T22:00:00Z",
    });
    let change = json!({ "gallery": "reviewed", "page": page, "consent": { "text": "May we?" } });
    organiser.patch(&path, &change).await.data(200);
    let shown = world.guest.get("").await;
    let shown = shown.data(200);
    assert_eq!(shown["gallery"], "reviewed");
    assert_eq!(
        shown["page"],
        json!({
            "welcome": "Welcome!", "accent_colour": "#aa3377", "logo_url": null, "languages": ["en"],
            "privacy_url": "https://example.org/privacy", "ends_at": "2099-06-01T22:00:00Z",
            "consent": { "text": "May we?", "version": 1 },
        })
    );
}

async fn a_new_text_of_consent_asks_every_guest_again(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let path = format!("{}/ai-settings", of_event(&world));
    let announce = async |version: Option<u32>| {
        let photo = json!({ "mime_type": "image/jpeg", "size_bytes": 1_000, "consent_version": version });
        world.guest.post("/photos", &photo).await
    };
    assert_eq!(announce(None).await.status, 201);
    for (text, version) in [("One", 1), ("One", 1), ("Two", 2)] {
        let change = json!({ "consent": { "text": text } });
        let reply = organiser.patch(&path, &change).await;
        assert_eq!(
            reply.data(200)["consent"],
            json!({ "text": text, "version": version })
        );
    }
    for version in [None, Some(1), Some(3)] {
        announce(version).await.problem(422, "consent_required");
    }
    let agreed = announce(Some(2)).await;
    let id = agreed.data(201)["id"]
        .as_str()
        .unwrap()
        .replace("photo_", "PHOTO#");
    let stored = place
        .item(&format!("EVENT#{}", world.event.id), &id)
        .await
        .unwrap();
    let consent = stored["consent"].as_m().unwrap();
    assert_eq!(consent["version"].as_n().unwrap(), "2");
    assert_eq!(consent["at"].as_s().unwrap(), &place.now().to_string());
    organiser
        .patch(&path, &json!({ "consent": null }))
        .await
        .data(200);
    assert_eq!(announce(None).await.status, 201);
}
