//! `…/photos` and `…/photos/{photo}` by an organiser.

use serde_json::json;
use world::caller::of_event;
use world::reply::text;
use world::{Caller, Place, World, fixture, settings};

contract! {
    both {
        an_organiser_adds_a_photo_and_sees_those_of_all_guests,
    }
}

async fn an_organiser_adds_a_photo_and_sees_those_of_all_guests(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let guests = world.upload("image/jpeg", fixture("cat.jpg")).await;
    world.settled_photo(guests).await;
    let path = format!("{}/photos", of_event(&world));
    let picture = fixture("table.jpg");
    let announced = json!({ "mime_type": "image/jpeg", "size_bytes": picture.len() });
    let made = organiser.post(&path, &announced).await;
    let made = made.data(201);
    assert_eq!(place.upload(&made["upload"], picture).await, 200);
    let list = organiser.get(&path).await;
    let seen: Vec<_> = list
        .data(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|photo| (&photo["id"], &photo["own"]))
        .collect();
    assert_eq!(
        seen,
        [(&made["id"], &json!(true)), (&json!(guests), &json!(false))]
    );
    let one = organiser.get(&format!("{path}/{guests}")).await;
    assert_eq!(one.data(200)["id"], json!(guests));
    for photo in [&list.data(200)[1], one.data(200)] {
        assert!(!world.guest.download(&photo["url"]).await.is_empty());
    }
    let nobody = format!("{path}/photo_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    organiser.get(&nobody).await.problem(404, "photo_not_found");
    let large = json!({ "mime_type": "image/jpeg", "size_bytes": 30_000_001 });
    assert_eq!(organiser.post(&path, &large).await.pointers(), ["/size_bytes"]);
    // The guests' list stays their own until the gallery is open.
    let page = world.guest.get("/photos").await;
    assert!(!page.body.to_string().contains(text(&made["id"])));
    let open = json!({ "gallery": "open" });
    organiser
        .patch(&format!("{}/ai-settings", of_event(&world)), &open)
        .await
        .data(200);
    let page = world.guest.get("/photos").await;
    assert_eq!(page.data(200)[0]["id"], made["id"]);
    assert_eq!(page.data(200)[0]["own"], false);
    assert_eq!(page.data(200)[1]["own"], true);
}
