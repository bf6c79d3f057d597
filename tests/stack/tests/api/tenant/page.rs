//! `PATCH …/ai-settings` as far as the guest page goes: versions, and what does not fit. `POST …/logos`.

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use world::caller::of_event;
use world::reply::text;
use world::{Caller, Place, World, fixture, settings};

contract! {
    in_memory {
        of_two_organisers_at_once_one_is_told_that_the_other_was_faster,
        what_does_not_fit_a_page_is_refused_with_its_place,
        a_logo_of_another_event_or_no_picture_is_refused,
    }
    both {
        a_logo_is_uploaded_and_shown_to_guests,
    }
}

async fn of_two_organisers_at_once_one_is_told_that_the_other_was_faster(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let path = format!("{}/ai-settings", of_event(&world));
    let first = organiser.get(&path).await.header("etag").unwrap().to_owned();
    for round in 0..10 {
        let read = organiser.get(&path).await;
        let tag = read.header("etag").expect("an ETag").to_owned();
        let changes = [
            json!({ "policy_message": format!("message {round}") }),
            json!({ "page": { "welcome": format!("welcome {round}") } }),
        ];
        let sent = changes
            .iter()
            .map(|change| organiser.patch_if_match(&path, change, &tag));
        let replies = join_all(sent).await;
        let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        let lost = statuses
            .iter()
            .position(|status| *status == 412)
            .expect("one is told");
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        replies[lost].problem(412, "precondition_failed");
        // The slower one reads again, and nothing of the faster one's is lost.
        let tag = organiser.get(&path).await.header("etag").unwrap().to_owned();
        let again = organiser.patch_if_match(&path, &changes[lost], &tag).await;
        assert_ne!(again.header("etag"), Some(tag.as_str()));
        let now = again.data(200);
        assert_eq!(now["policy_message"], format!("message {round}"));
        assert_eq!(now["page"]["welcome"], format!("welcome {round}"));
    }
    // Nobody else changes anything now: what is old is refused all the same.
    for stale in [first.as_str(), "W/\"1\""] {
        let refused = organiser
            .patch_if_match(&path, &json!({ "enabled": false }), stale)
            .await;
        refused.problem(412, "precondition_failed");
    }
    assert_eq!(organiser.get(&path).await.data(200)["enabled"], true);
    let any = organiser
        .patch_if_match(&path, &json!({ "enabled": false }), "*")
        .await;
    assert_eq!(any.data(200)["enabled"], false);
}

async fn what_does_not_fit_a_page_is_refused_with_its_place(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let path = format!("{}/ai-settings", of_event(&world));
    for (page, pointer) in [
        (json!({ "accent_colour": "red" }), "/page/accent_colour"),
        (json!({ "accent_colour": "#12345" }), "/page/accent_colour"),
        (
            json!({ "privacy_url": "http://example.org" }),
            "/page/privacy_url",
        ),
        (
            json!({ "privacy_url": "javascript:alert(1)" }),
            "/page/privacy_url",
        ),
        (
            json!({ "privacy_url": "https://user:pass@example.org" }),
            "/page/privacy_url",
        ),
        (json!({ "languages": [] }), "/page/languages"),
        (json!({ "languages": ["fr"] }), "/page/languages/0"),
        (json!({ "languages": ["de", "de"] }), "/page/languages"),
        (json!({ "welcome": "x".repeat(501) }), "/page/welcome"),
        (json!({ "welcome": "a\u{202e}b" }), "/page/welcome"),
        (json!({ "logo": "x" }), "/page/logo"),
        (json!({ "ends_at": "tomorrow" }), "/page/ends_at"),
    ] {
        let reply = organiser.patch(&path, &json!({ "page": page })).await;
        reply.problem(422, "validation_failed");
        assert_eq!(reply.pointers(), [pointer], "{page}");
    }
    let blank = organiser
        .patch(&path, &json!({ "consent": { "text": "  " } }))
        .await;
    assert_eq!(blank.pointers(), ["/consent/text"]);
    let unknown = organiser.patch(&path, &json!({ "gallery": "public" })).await;
    assert_eq!(unknown.pointers(), ["/gallery"]);
}

async fn a_logo_is_uploaded_and_shown_to_guests(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let logo = fixture("cat.jpg");
    let announced = json!({ "mime_type": "image/jpeg", "size_bytes": logo.len() });
    let made = organiser
        .post(&format!("{}/logos", of_event(&world)), &announced)
        .await;
    let made = made.data(201);
    let path = format!("{}/ai-settings", of_event(&world));
    let named = json!({ "page": { "logo_key": made["image_key"] } });
    let missing = organiser.patch(&path, &named).await;
    assert_eq!(missing.pointers(), ["/page/logo_key"]);
    assert_eq!(place.upload(&made["upload"], logo.clone()).await, 200);
    let set = organiser.patch(&path, &named).await;
    assert_eq!(
        place.download(text(&set.data(200)["page"]["logo_url"])).await,
        logo
    );
    let seen = organiser.get(&path).await;
    assert_eq!(
        place.download(text(&seen.data(200)["page"]["logo_url"])).await,
        logo
    );
    let shown = world.guest.get("").await;
    assert_eq!(
        world.guest.download(&shown.data(200)["page"]["logo_url"]).await,
        logo
    );
}

async fn a_logo_of_another_event_or_no_picture_is_refused(place: Place) {
    let world = World::new(&place).await;
    let neighbour = world.neighbour().await;
    let organiser = Caller::organiser(&world).await;
    let path = format!("{}/ai-settings", of_event(&world));
    let own = format!("logos/{}/x", world.event.id);
    place.put_object(&own, b"no picture".to_vec(), "image/png").await;
    let theirs = format!("logos/{}/x", neighbour.event.id);
    place.put_object(&theirs, fixture("cat.jpg"), "image/jpeg").await;
    for key in [own, theirs, "watermarks/x".to_owned()] {
        let reply = organiser
            .patch(&path, &json!({ "page": { "logo_key": key } }))
            .await;
        reply.problem(422, "validation_failed");
        assert_eq!(reply.pointers(), ["/page/logo_key"], "{key}");
    }
    let large = json!({ "mime_type": "image/png", "size_bytes": 1_000_001 });
    let reply = organiser
        .send(Method::POST, &format!("{}/logos", of_event(&world)), &large)
        .await;
    assert_eq!(reply.pointers(), ["/size_bytes"]);
}
