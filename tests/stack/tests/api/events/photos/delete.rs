//! `DELETE /api/v1/events/{token}/photos/{photo}`

use reqwest::Method;
use serde_json::json;
use world::caller::of_event;
use world::{Books, Caller, Place, World, settings, styles};

contract! {
    both {
        a_deleted_photo_takes_the_pictures_that_were_made_of_it_along,
        a_photo_that_was_never_uploaded_can_be_deleted_by_its_guest_and_by_the_organiser,
    }
}

async fn a_deleted_photo_takes_the_pictures_that_were_made_of_it_along(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let (photo, other) = (world.photo("cat.jpg").await, world.photo("table.jpg").await);
    let done = world.guest.start(photo, &styles::fake("sync")).await;
    let kept = world.guest.start(other, &styles::fake("sync")).await;
    let under_way = world.guest.start(photo, &styles::fake("slow")).await;
    for id in [done, kept] {
        world.guest.wait(id).await;
    }
    let path = format!("/photos/{photo}");
    let stranger = world.another_guest();
    stranger
        .send(Method::DELETE, &path)
        .await
        .problem(404, "photo_not_found");
    assert_eq!(world.guest.send(Method::DELETE, &path).await.status, 204);
    world
        .guest
        .send(Method::DELETE, &path)
        .await
        .problem(404, "photo_not_found");
    let edit = json!({ "style_key": styles::OK });
    world
        .guest
        .create_edit(photo, &edit)
        .await
        .problem(404, "photo_not_found");
    for id in [done, under_way] {
        world.guest.edit(id).await.problem(404, "edit_not_found");
    }
    place.handle_all_messages().await;
    place
        .eventually("settled", async || Books::read(&world).await.ledger.len() == 3)
        .await;
    let folder = format!("events/{}/", world.event.slug);
    place
        .eventually("removed", async || {
            let left = place.objects_below(&folder).await;
            left.iter()
                .all(|key| key.contains(&other.to_string()) || key.contains(&kept.to_string()))
        })
        .await;
    assert_eq!(world.guest.edit(kept).await.data(200)["status"], "succeeded");
    Books::of(&world).await.assert_at_rest();
}

async fn a_photo_that_was_never_uploaded_can_be_deleted_by_its_guest_and_by_the_organiser(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let (one, other) = (world.photo_without_file().await, world.photo_without_file().await);
    let path = format!("/photos/{one}");
    assert_eq!(world.guest.send(Method::DELETE, &path).await.status, 204);
    let path = format!("{}/photos/{other}", of_event(&world));
    assert_eq!(organiser.delete(&path).await.status, 204);
    for photo in [one, other] {
        let path = format!("/photos/{photo}");
        world.guest.get(&path).await.problem(404, "photo_not_found");
    }
}
