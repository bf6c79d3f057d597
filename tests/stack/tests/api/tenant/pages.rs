//! `GET …/ai-edits`, page by page while new edits arrive.

use std::collections::BTreeSet;

use domain::EditId;
use serde_json::{Value, json};
use world::caller::of_event;
use world::reply::text;
use world::{Caller, Place, World, settings, styles};

contract! {
    in_memory {
        pages_neither_repeat_nor_miss_an_edit_while_new_ones_arrive,
        the_list_refuses_a_wrong_limit_cursor_or_status,
    }
    both {
        a_filter_shows_the_edits_of_a_status_and_no_other,
    }
}

const WORD: &str = "forbiddenword";

/// An event that blocks every edit of this test: the edits are stored, and no worker is needed.
async fn world(place: &Place) -> World {
    World::with(place, |_, event| {
        event.policy.blocked_terms = vec![WORD.to_owned()].into();
    })
    .await
}

/// Adds blocked edits and returns their ids, oldest first.
async fn add(world: &World, organiser: &Caller, count: usize) -> Vec<String> {
    let photo = world.photo_without_file().await;
    let body = json!({ "photo_id": photo, "style_key": styles::OK, "prompt": format!("a {WORD} on a boat") });
    let path = format!("{}/ai-edits", of_event(world));
    let mut ids = Vec::new();
    for _ in 0..count {
        let reply = organiser.send(reqwest::Method::POST, &path, &body).await;
        ids.push(text(&reply.problem(422, "prompt_blocked")["edit_id"]).to_owned());
    }
    ids
}

async fn pages_neither_repeat_nor_miss_an_edit_while_new_ones_arrive(place: Place) {
    let world = world(&place).await;
    let organiser = Caller::organiser(&world).await;
    let mut there = add(&world, &organiser, 7).await;
    there.reverse();
    for filter in ["", "&status=blocked"] {
        let mut shown = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("{}/ai-edits?limit=2{filter}{cursor}", of_event(&world));
            let reply = organiser.get(&path).await;
            let page = reply.data(200).as_array().unwrap();
            assert!((1..=2).contains(&page.len()), "{page:?}");
            shown.extend(page.iter().map(|edit| text(&edit["id"]).to_owned()));
            // More than a page: pages by number would repeat edits now.
            add(&world, &organiser, 3).await;
            match &reply.body["meta"]["next_cursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                end => break assert_eq!(end, &json!(null)),
            }
        }
        let shown: Vec<_> = shown.into_iter().filter(|id| there.contains(id)).collect();
        if filter.is_empty() {
            assert_eq!(shown, there, "newest first, each once, {filter}");
        } else {
            let each: BTreeSet<_> = shown.iter().collect();
            assert_eq!((shown.len(), each.len()), (there.len(), there.len()), "{filter}");
        }
    }
}

async fn a_filter_shows_the_edits_of_a_status_and_no_other(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = world(&place).await;
    let organiser = Caller::organiser(&world).await;
    let photo = world.photo("cat.jpg").await;
    let succeeded = world.guest.start(photo, &styles::fake("sync")).await;
    let failed = world.guest.start(photo, &styles::fake("rejected")).await;
    let blocked: EditId = add(&world, &organiser, 1).await[0].parse().unwrap();
    for id in [succeeded, failed] {
        world.guest.wait(id).await;
    }
    let path = format!("{}/ai-edits", of_event(&world));
    for (status, ids) in [
        ("succeeded", json!([succeeded])),
        ("failed", json!([failed])),
        ("blocked", json!([blocked])),
        ("queued", json!([])),
        ("processing", json!([])),
    ] {
        let reply = organiser.get(&format!("{path}?status={status}")).await;
        let edits = reply.data(200).as_array().unwrap();
        let found: Vec<_> = edits.iter().map(|edit| edit["id"].clone()).collect();
        assert_eq!(json!(found), ids, "{status}");
        assert!(edits.iter().all(|edit| edit["status"] == status));
    }
    assert_eq!(organiser.pages(&path, 1).await.len(), 3);
}

async fn the_list_refuses_a_wrong_limit_cursor_or_status(place: Place) {
    let world = world(&place).await;
    let organiser = Caller::organiser(&world).await;
    let path = format!("{}/ai-edits", of_event(&world));
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=many",
        "limit=",
        "cursor=",
        "cursor=aGFsbG8",
        "cursor=%25%25",
        "cursor=edit_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "status=",
        "status=done",
        "status=QUEUED",
    ] {
        let reply = organiser.get(&format!("{path}?{query}")).await;
        assert_eq!(reply.status, 400, "{query}: {}", reply.body);
        reply.problem(400, "invalid_request");
    }
    for query in ["limit=1", "limit=100"] {
        let reply = organiser.get(&format!("{path}?{query}")).await;
        assert_eq!(reply.data(200), &json!([]));
    }
}
