//! `GET /api/v1/events/{token}/ai-edits`

use serde_json::{Value, json};
use world::reply::text;
use world::{Guest, Place, World, settings, styles};

contract! {
    both {
        a_guest_sees_its_own_edits_newest_first_and_nobody_elses,
    }
}

async fn ids(guest: &Guest) -> Vec<String> {
    let reply = guest.get("/ai-edits").await;
    let edits = reply.data(200).as_array().unwrap();
    edits.iter().map(|edit| text(&edit["id"]).to_owned()).collect()
}

async fn a_guest_sees_its_own_edits_newest_first_and_nobody_elses(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let mut own = Vec::new();
    for _ in 0..3 {
        let id = world.guest.start(photo, &styles::fake("sync")).await;
        world.guest.wait(id).await;
        own.insert(0, id.to_string());
    }
    let other = world.another_guest();
    place
        .eventually("own edits", async || ids(&world.guest).await == own)
        .await;
    assert_eq!(ids(&other).await, [""; 0]);
    let page = world.guest.get("/ai-edits?limit=2").await;
    let newest = &page.data(200)[0];
    assert_eq!(newest["status"], "succeeded");
    assert!(
        !world
            .guest
            .download(&newest["output"]["thumbnail_url"])
            .await
            .is_empty()
    );
    assert_eq!(
        newest["prompt"],
        Value::Null,
        "an organiser's fields are not a guest's"
    );
    let cursor = text(&page.body["meta"]["next_cursor"]);
    let rest = world
        .guest
        .get(&format!("/ai-edits?limit=2&cursor={cursor}"))
        .await;
    assert_eq!(rest.data(200)[0]["id"], json!(own[2]));
    assert_eq!(rest.body["meta"]["next_cursor"], Value::Null);
}
