//! `GET /api/v1/events/{token}/ai-styles`

use serde_json::{Value, json};
use world::reply::text;
use world::{Place, World, styles};

contract! {
    in_memory {
        an_event_lists_the_styles_it_allows_and_marks_the_locked_ones,
        an_event_that_names_no_styles_allows_every_active_one,
        a_style_says_whether_it_takes_words,
    }
}

fn body(key: &str, is_premium: bool, locked: bool) -> Value {
    json!({
        "key": key, "name": format!("Test: {key}"), "description": "Used by tests.",
        "preview_url": null, "is_premium": is_premium, "locked": locked,
        "takes_prompt": true,
    })
}

async fn an_event_lists_the_styles_it_allows_and_marks_the_locked_ones(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.allowed_style_keys = [styles::OK, styles::LOCKED, styles::INACTIVE]
            .map(|key| key.parse().unwrap())
            .to_vec();
    })
    .await;
    let reply = world.guest.get("/ai-styles").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    // Styles with the same sort number are listed by key. An inactive style is never listed.
    let expected = json!({
        "data": [body(styles::LOCKED, true, true), body(styles::OK, false, false)],
        "meta": { "next_cursor": null },
    });
    assert_eq!(reply.body, expected);
}

async fn an_event_that_names_no_styles_allows_every_active_one(place: Place) {
    let world = World::new(&place).await;
    let reply = world.guest.get("/ai-styles").await;
    let styles_listed = reply.data(200).as_array().unwrap();
    let keys: Vec<_> = styles_listed.iter().map(|style| text(&style["key"])).collect();
    for key in [styles::OK, styles::LOCKED, styles::LIVE] {
        assert!(keys.contains(&key), "{key} is missing in {keys:?}");
    }
    assert!(!keys.contains(&styles::INACTIVE));
}

async fn a_style_says_whether_it_takes_words(place: Place) {
    let world = World::new(&place).await;
    let reply = world.guest.get("/ai-styles").await;
    let listed = reply.data(200).as_array().unwrap();
    let takes = |key: &str| listed.iter().find(|style| style["key"] == key).unwrap()["takes_prompt"].clone();
    assert_eq!(
        (takes(styles::OK), takes(styles::WORDLESS)),
        (json!(true), json!(false))
    );
}
