//! `GET /api/v1/events/{token}/photos`

use serde_json::{Value, json};
use world::caller::of_event;
use world::fixture;
use world::reply::text;
use world::{Caller, Place, Reply, World, settings};

contract! {
    in_memory {
        pages_neither_repeat_nor_miss_a_photo_while_others_are_added,
        the_list_refuses_a_wrong_limit_or_cursor,
        only_an_open_gallery_shows_the_photos_of_others,
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
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let older = world.upload("image/jpeg", fixture("cat.jpg")).await;
    let newer = world.upload("image/jpeg", fixture("table.jpg")).await;
    let alone = [world.settled_photo(newer).await, world.settled_photo(older).await];
    let listed = async || {
        let reply = world.guest.get("/photos").await;
        (ids(&reply).len() == 2).then_some(reply)
    };
    // The index follows the table.
    let reply = place.seen("both photos listed", listed).await;
    assert_eq!(ids(&reply), [newer.to_string(), older.to_string()]);
    assert_eq!(reply.body["meta"], json!({ "next_cursor": null }));
    for (photo, alone) in reply.body["data"].as_array().unwrap().iter().zip(&alone) {
        for name in [
            "status",
            "rejection",
            "width",
            "height",
            "mime_type",
            "size_bytes",
            "created_at",
            "own",
        ] {
            assert_eq!(photo[name], alone[name], "{name}");
        }
        let (listed, alone) = (&photo["thumbnail_url"], &alone["thumbnail_url"]);
        assert_eq!(
            world.guest.download(listed).await,
            world.guest.download(alone).await
        );
    }
    let (one, other) = (&reply.body["data"][0]["url"], &reply.body["data"][1]["url"]);
    assert_ne!(world.guest.download(one).await, world.guest.download(other).await);
}

async fn a_list_holds_the_guests_own_photos_alone(place: Place) {
    let world = World::new(&place).await;
    let own = world.photo_without_file().await;
    let another = world.another_guest();
    let registered = another.create_photo("image/jpeg", 1_000).await;
    let others: domain::PhotoId = text(&registered.data(201)["id"]).parse().unwrap();
    place.register_photo(&world.event.id, None).await;
    for (guest, expected) in [(&world.guest, own), (&another, others)] {
        let listed = async || {
            let found = ids(&guest.get("/photos").await);
            (!found.is_empty()).then_some(found)
        };
        assert_eq!(place.seen("a photo listed", listed).await, [expected.to_string()]);
    }
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

async fn only_an_open_gallery_shows_the_photos_of_others(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let (photo, other) = (world.photo_without_file().await, world.another_guest());
    for (gallery, is_shown) in [("off", false), ("reviewed", false), ("open", true)] {
        let path = format!("{}/ai-settings", of_event(&world));
        organiser
            .patch(&path, &json!({ "gallery": gallery }))
            .await
            .data(200);
        let (list, alone) = (
            other.get("/photos").await,
            other.get(&format!("/photos/{photo}")).await,
        );
        if is_shown {
            assert_eq!(ids(&list), [photo.to_string()]);
            assert_eq!(list.data(200)[0]["own"], false);
            assert_eq!(alone.data(200)["own"], false);
        } else {
            assert_eq!(ids(&list), [""; 0], "{gallery}");
            alone.problem(404, "photo_not_found");
        }
    }
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
