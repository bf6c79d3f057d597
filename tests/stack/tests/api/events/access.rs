//! The event token lets a guest in, and only to its own event.

use domain::event::Package;
use reqwest::Method;
use serde_json::json;
use world::{Guest, Place, Reply, World, settings, somebody, styles};

use crate::api::endpoints::endpoints_below;

contract! {
    in_memory {
        an_unknown_token_opens_nothing,
        an_expired_token_opens_nothing,
        every_endpoint_refuses_a_malformed_guest_id,
        an_event_without_the_feature_is_locked_but_still_lists_its_photos,
        a_guest_finds_nothing_of_another_event,
        a_guest_finds_nothing_of_another_guest_but_an_edit_whose_id_it_was_given,
    }
    deployed {
        the_gateway_answers_an_unknown_path_or_method_with_404,
    }
}

const SOME_EDIT: &str = "edit_01ARZ3NDEKTSV4RRFFQ69G5FAV";
const SOME_PHOTO: &str = "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// Sends a good request to every endpoint of a guest; answers by method and path.
pub(in crate::api) async fn every_endpoint(guest: &Guest) -> Vec<(String, Reply)> {
    let mut replies = Vec::new();
    for endpoint in endpoints_below("/events/") {
        let known = [("token", ""), ("photo", SOME_PHOTO), ("requestId", SOME_EDIT)];
        // The guest client adds its token itself.
        let path = endpoint.path_with(&known).replacen("/events/", "", 1);
        let reply = match (&endpoint.method, path.as_str()) {
            (&Method::GET, path) => guest.get(path).await,
            (&Method::POST, "/photos") => guest.create_photo("image/jpeg", 1_000).await,
            (&Method::POST, path) => guest.post(path, &json!({ "style_key": styles::OK })).await,
            (&Method::DELETE, path) => guest.send(Method::DELETE, path).await,
            (method, path) => panic!("no good request is known for {method} {path}"),
        };
        replies.push((format!("{} {}", endpoint.method, endpoint.path), reply));
    }
    replies
}

async fn an_unknown_token_opens_nothing(place: Place) {
    let guest = Guest::new(&place, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", None);
    for (endpoint, reply) in every_endpoint(&guest).await {
        let problem = reply.problem(404, "event_not_found");
        assert_eq!(
            problem["detail"], "There is no such event, or its link has expired.",
            "{endpoint}"
        );
    }
}

async fn an_expired_token_opens_nothing(place: Place) {
    let world = World::new(&place).await;
    let ended = place.now() - std::time::Duration::from_secs(1);
    let token = place
        .cloud
        .new_token(&somebody(), &world.event, None, Some(ended))
        .await
        .unwrap()
        .token;
    for (_, reply) in every_endpoint(&Guest::new(&place, &token, None)).await {
        reply.problem(404, "event_not_found");
    }
}

async fn every_endpoint_refuses_a_malformed_guest_id(place: Place) {
    let world = World::new(&place).await;
    for id in ["with space", "a/b", &"x".repeat(65)] {
        for (_, reply) in every_endpoint(&Guest::new(&place, &world.token, Some(id))).await {
            reply.problem(400, "invalid_request");
        }
    }
}

async fn an_event_without_the_feature_is_locked_but_still_lists_its_photos(place: Place) {
    let world = World::with(&place, |_, event| {
        event.package = Some(Package {
            key: "test-basic".parse().unwrap(),
            name: "Basic".to_owned(),
            features: vec!["slideshow".to_owned()],
            version: 1,
        });
    })
    .await;
    let photo = world.photo_without_file().await;
    world.guest.get("/ai-styles").await.problem(403, "feature_locked");
    world
        .guest
        .create_photo("image/jpeg", 1_000)
        .await
        .problem(403, "feature_locked");
    let edit = json!({ "style_key": styles::OK });
    world
        .guest
        .create_edit(photo, &edit)
        .await
        .problem(403, "feature_locked");
    assert_eq!(
        world.guest.get("/photos").await.body["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

async fn a_guest_finds_nothing_of_another_event(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    // Another event of the same tenant, and one of another tenant.
    for stranger in [world.neighbour().await, World::new(&place).await] {
        let guest = &stranger.guest;
        guest.edit(id).await.problem(404, "edit_not_found");
        let edit = json!({ "style_key": styles::OK });
        guest
            .create_edit(photo, &edit)
            .await
            .problem(404, "photo_not_found");
        assert_eq!(guest.get("/photos").await.body["data"], json!([]));
    }
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
}

/// An edit's id is as secret as the guest keeps it: whoever has the link may look, and do nothing else.
async fn a_guest_finds_nothing_of_another_guest_but_an_edit_whose_id_it_was_given(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await.to_string();
    let id = world
        .guest
        .start(photo.parse().unwrap(), &styles::fake("sync"))
        .await;
    world.guest.wait(id).await;
    let edit = id.to_string();
    let stranger = world.another_guest();
    for endpoint in endpoints_below("/events/") {
        let known = [
            ("token", ""),
            ("photo", photo.as_str()),
            ("requestId", edit.as_str()),
        ];
        let path = endpoint.path_with(&known).replacen("/events/", "", 1);
        if endpoint.method == Method::POST {
            continue;
        }
        let reply = stranger.send(endpoint.method.clone(), &path).await;
        let name = format!("{} {}", endpoint.method, endpoint.path);
        let names_something = endpoint.path.ends_with("{photo}") || endpoint.path.ends_with("{requestId}");
        if endpoint.method == Method::GET && endpoint.path.ends_with("{requestId}") {
            assert_eq!(reply.data(200)["id"], edit.as_str(), "{name}");
        } else if names_something {
            assert_eq!(reply.status, 404, "{name}");
        } else {
            let text = reply.body.to_string();
            assert!(!text.contains(&edit) && !text.contains(&photo), "{name}: {text}");
        }
    }
    assert_eq!(world.guest.edit(id).await.data(200)["status"], "succeeded");
}

async fn the_gateway_answers_an_unknown_path_or_method_with_404(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    assert_eq!(world.guest.get("/nothing-here").await.status, 404);
    assert_eq!(world.guest.send(Method::DELETE, "/photos").await.status, 404);
}
