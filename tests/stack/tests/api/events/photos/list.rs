//! `GET /api/v1/events/{token}/photos`

use serde_json::{Value, json};
use world::fixture;
use world::reply::text;
use world::{Place, Reply, World};

contract! {
    in_memory {
        pages_neither_repeat_nor_miss_a_photo_while_others_are_added,
        the_list_refuses_a_wrong_limit_or_cursor,
    }
    both {
        photos_come_newest_first_with_a_link_to_each,
        a_list_holds_the_guests_own_photos_alone,
    }
}

fn ids(reply: &Reply) -> Vec<String> {
    let photos = reply.data(200).as_array().unwrap();
    photos.iter().map(|photo| text(&photo["id"]).to_owned()).collect()
}

async fn photos_come_newest_first_with_a_link_to_each(place: Place) {
    let world = World::new(&place).await;
    let older = world.photo("cat.jpg").await;
    let newer = world.photo("table.jpg").await;
    let reply = world.guest.get("/photos").await;
    let photo = |index: usize, id| {
        let listed = &reply.body["data"][index];
        json!({
            "id": id, "mime_type": "image/jpeg", "size_bytes": 1_000,
            "created_at": listed["created_at"], "url": listed["url"],
        })
    };
    let expected = json!({ "data": [photo(0, newer), photo(1, older)], "meta": { "next_cursor": null } });
    assert_eq!(reply.body, expected);
    assert_eq!(
        world.guest.download(&reply.body["data"][0]["url"]).await,
        fixture("table.jpg")
    );
}

async fn a_list_holds_the_guests_own_photos_alone(place: Place) {
    let world = World::new(&place).await;
    let own = world.photo_without_file().await;
    let another = world.another_guest();
    another.create_photo("image/jpeg", 1_000).await.data(201);
    place
        .register_photo(&world.event.id, &world.event.slug, None)
        .await;
    let reply = world.guest.get("/photos").await;
    assert_eq!(ids(&reply), [own.to_string()]);
    assert_eq!(ids(&another.get("/photos").await).len(), 1);
    let newcomer = world.another_guest();
    assert_eq!(ids(&newcomer.get("/photos").await), [""; 0]);
}

async fn pages_neither_repeat_nor_miss_a_photo_while_others_are_added(place: Place) {
    let world = World::new(&place).await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.insert(0, world.photo_without_file().await.to_string());
    }
    let mut seen = Vec::new();
    let mut path = "/photos?limit=2".to_owned();
    loop {
        let reply = world.guest.get(&path).await;
        seen.extend(ids(&reply));
        // The guest uploads another one between two pages.
        world.photo_without_file().await;
        let Value::String(cursor) = &reply.body["meta"]["next_cursor"] else {
            break;
        };
        path = format!("/photos?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, expected);
}

async fn the_list_refuses_a_wrong_limit_or_cursor(place: Place) {
    let guest = World::new(&place).await.guest;
    for query in [
        "limit=0",
        "limit=101",
        "limit=all",
        "cursor=aGFsbG8",
        "cursor=%25%25",
    ] {
        guest
            .get(&format!("/photos?{query}"))
            .await
            .problem(400, "invalid_request");
    }
}
