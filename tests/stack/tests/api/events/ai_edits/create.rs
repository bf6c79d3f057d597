//! `POST /api/v1/events/{token}/photos/{photo}/ai-edits`

use serde_json::json;
use world::guest::edits_of;
use world::reply::text;
use world::{Books, Place, World, settings, styles};

contract! {
    in_memory {
        the_style_template_takes_the_guests_words,
        a_prompt_works_without_a_style_where_the_organiser_allows_it,
        a_wrong_field_is_pointed_at_and_nothing_is_stored,
        an_unreadable_body_or_header_is_refused_by_its_flaw,
        a_missing_photo_cannot_be_edited,
        hidden_characters_of_a_prompt_reach_nobody,
    }
    both {
        an_accepted_edit_says_how_long_it_will_take,
    }
}

async fn an_accepted_edit_says_how_long_it_will_take(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let reply = world
        .guest
        .create_edit(photo, &json!({ "style_key": styles::OK }))
        .await;
    let edit = reply.data(202);
    let id = reply.edit_id();
    let expected = json!({ "data": {
        "id": id, "status": "queued", "photo_id": photo, "style_key": styles::OK,
        "created_at": edit["created_at"], "updated_at": edit["created_at"], "completed_at": null,
        "wait": {
            "position": 1, "expected_seconds": 16, "retry_after_ms": 4_000,
            "deadline_at": edit["wait"]["deadline_at"],
        },
        "output": null, "failure": null,
    }});
    assert_eq!(reply.body, expected);
    assert_eq!(reply.header("retry-after"), Some("4"));
    let location = format!("/api/v1/events/{}/ai-edits/{id}", world.token);
    assert_eq!(reply.header("location"), Some(location.as_str()));
    assert!(text(&edit["wait"]["deadline_at"]) > text(&edit["created_at"]));

    let stored = world.stored(id).await;
    assert_eq!(stored.rendered_prompt, "stack test restyle, please");
    assert_eq!(
        (stored.style_version, stored.model.as_str()),
        (Some(1), "fake:ok")
    );
    world.guest.wait(id).await;
}

async fn the_style_template_takes_the_guests_words(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({
        "style_key": styles::fake("sync"), "prompt": " with  falling snow ", "negative_prompt": "umbrellas of any kind",
    });
    let id = world.guest.create_edit(photo, &body).await.edit_id();
    let stored = world.stored(id).await;
    assert_eq!(
        stored.rendered_prompt,
        "stack test restyle, with falling snow please"
    );
    assert_eq!(
        stored.rendered_negative_prompt.as_deref(),
        Some("umbrellas of any kind")
    );
    world.guest.wait(id).await;
}

async fn a_prompt_works_without_a_style_where_the_organiser_allows_it(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.allow_prompt_without_style = true;
        event.policy.allowed_style_keys = vec![styles::fake("sync").parse().unwrap()];
    })
    .await;
    let photo = world.photo("cat.jpg").await;
    let reply = world
        .guest
        .create_edit(photo, &json!({ "prompt": "everyone as a pirate" }))
        .await;
    assert_eq!(reply.data(202)["style_key"], json!(null));
    let stored = world.stored(reply.edit_id()).await;
    assert_eq!(stored.rendered_prompt, "everyone as a pirate");
    world.guest.wait(reply.edit_id()).await;
    Books::of(&world).await.assert_paid(reply.edit_id(), styles::COST);
}

async fn a_wrong_field_is_pointed_at_and_nothing_is_stored(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo_without_file().await;
    for (body, pointer) in [
        (json!({}), "/style_key"),
        (json!({ "style_key": "no-such-style" }), "/style_key"),
        (json!({ "style_key": "not a key!" }), "/style_key"),
        (json!({ "style_key": 7 }), "/style_key"),
        (json!({ "style_key": styles::OK, "prompt": "" }), "/prompt"),
        (
            json!({ "style_key": styles::OK, "prompt": "x".repeat(2_001) }),
            "/prompt",
        ),
        (
            json!({ "style_key": styles::WORDLESS, "prompt": "with snow" }),
            "/prompt",
        ),
        (
            json!({ "style_key": styles::OK, "negative_prompt": "x".repeat(2_001) }),
            "/negative_prompt",
        ),
        (json!({ "style_key": styles::OK, "seed": 1 }), "/seed"),
        // A list is no edit, field by field.
        (json!([styles::OK, "nice", null]), ""),
        (json!([]), ""),
        (json!("style"), ""),
    ] {
        let reply = world.guest.post(&edits_of(photo), &body).await;
        assert_eq!(reply.pointers(), [pointer], "{body}");
    }
    assert_eq!(Books::of(&world).await.figures.total, 0);
}

async fn an_unreadable_body_or_header_is_refused_by_its_flaw(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo_without_file().await;
    let (guest, path) = (&world.guest, edits_of(photo));
    let json_type = "application/json";
    guest
        .post_raw(&path, json_type, "not json")
        .await
        .problem(400, "invalid_request");
    guest
        .post_raw(&path, json_type, "")
        .await
        .problem(400, "invalid_request");
    guest
        .post_raw(&path, "text/plain", "{}")
        .await
        .problem(415, "unsupported_media_type");
    let huge = format!("{{\"prompt\":\"{}\"}}", "x".repeat(64 * 1024));
    guest
        .post_raw(&path, json_type, huge)
        .await
        .problem(413, "payload_too_large");
    let good = json!({ "style_key": styles::OK });
    for key in ["", "with space", &"k".repeat(256)] {
        let reply = guest.create_edit_once(photo, &good, key).await;
        reply.problem(400, "invalid_request");
    }
    assert_eq!(Books::of(&world).await.figures.total, 0);
}

async fn a_missing_photo_cannot_be_edited(place: Place) {
    let world = World::new(&place).await;
    for photo in [
        "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "nonsense",
        "edit_01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ] {
        let path = format!("/photos/{photo}/ai-edits");
        let reply = world.guest.post(&path, &json!({ "style_key": styles::OK })).await;
        reply.problem(404, "photo_not_found");
    }
}

async fn hidden_characters_of_a_prompt_reach_nobody(place: Place) {
    let world = World::with(&place, |_, event| event.policy.allow_prompt_without_style = true).await;
    let photo = world.photo("cat.jpg").await;
    // A bell, an escape sequence, a text turned round, and tags, which models read and people do not see.
    let prompt = "as a\u{7} king\u{1B}[31m \u{202E}at sea\u{2069}\u{E0041}\u{E0042}";
    for body in [
        json!({ "style_key": styles::OK, "prompt": prompt, "negative_prompt": prompt }),
        json!({ "prompt": prompt, "negative_prompt": prompt }),
    ] {
        let id = world.guest.create_edit(photo, &body).await.edit_id();
        let stored = world.stored(id).await;
        let texts = [
            stored.prompt.as_deref(),
            stored.negative_prompt.as_deref(),
            Some(stored.rendered_prompt.as_str()),
            stored.rendered_negative_prompt.as_deref(),
        ];
        for text in texts {
            assert!(text.unwrap().contains("as a king[31m at sea"), "{text:?}");
            assert_eq!(domain::text::flaw_of_text(text.unwrap()), None);
        }
        world.guest.wait(id).await;
    }
    // Nothing else is no prompt.
    let body = json!({ "prompt": "\u{202E}\u{7} " });
    let reply = world.guest.post(&edits_of(photo), &body).await;
    assert_eq!(reply.pointers(), ["/style_key"]);
}
