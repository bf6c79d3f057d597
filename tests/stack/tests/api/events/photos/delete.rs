//! `DELETE /api/v1/events/{token}/photos/{photo}`

use cloud::Call;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use world::caller::of_event;
use world::fixture;
use world::queue::Queue;
use world::{Books, Caller, Place, World, settings, styles};

contract! {
    in_memory {
        a_photo_that_is_prepared_while_it_is_deleted_leaves_nothing,
        recovery_removes_what_came_too_late_for_the_deletion_of_a_photo,
    }
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

/// The call at which one of the two waits until the other is done.
const MEETINGS: [(Call, &str); 5] = [
    // The deletion: it has read a photo that nobody has prepared, and not deleted it.
    (Call::TransactWriteItems, "GONE#PHOTO#"),
    // Preparing: it has read the photo, and not the original; the original, and not stored the copy; the copy, and not
    // written the state; the state, and not deleted the original.
    (Call::GetObject, "uploads/"),
    (Call::PutObject, "photos/"),
    (Call::UpdateItem, "/PHOTO#"),
    (Call::DeleteObjects, "uploads/"),
];

async fn a_photo_that_is_prepared_while_it_is_deleted_leaves_nothing(place: Place) {
    let memory = place.memory();
    for (index, (call, about)) in MEETINGS.into_iter().enumerate() {
        let world = World::new(&place).await;
        let photo = world.upload("image/jpeg", fixture("cat.jpg")).await;
        let held = memory.twin.faults.hold(call, about);
        let path = format!("/photos/{photo}");
        let deleting = world.guest.send(Method::DELETE, &path);
        let preparing = memory.handle_at_once(&place.cloud, Queue::Uploads);
        let status = if index == 0 {
            let rest = async {
                held.reached().await;
                preparing.await;
                held.release();
            };
            futures::future::join(deleting, rest).await.0.status
        } else {
            let rest = async {
                held.reached().await;
                let reply = deleting.await;
                held.release();
                reply.status
            };
            futures::future::join(preparing, rest).await.1
        };
        assert_eq!(status, 204, "{call} about {about}");
        let keys = memory.twin.objects.keys().into_iter();
        let left: Vec<String> = keys.filter(|key| key.contains(&photo.to_string())).collect();
        assert!(left.is_empty(), "{call} about {about}: {left:?}");
        let rows = place.sort_keys(&format!("EVENT#{}", world.event.id)).await;
        assert!(
            !rows.iter().any(|row| row.starts_with("PHOTO#")),
            "{call} about {about}: {rows:?}"
        );
        world.guest.get(&path).await.problem(404, "photo_not_found");
    }
}

async fn recovery_removes_what_came_too_late_for_the_deletion_of_a_photo(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let twin = &place.memory().twin;
    let of_photo = || -> Vec<String> {
        let keys = twin.objects.keys().into_iter();
        keys.filter(|key| key.contains(&photo.to_string())).collect()
    };
    let late = of_photo();
    // The index of a photo's edits does not know this one yet.
    twin.table.fall_behind();
    let edit = world.guest.start(photo, &styles::fake("sync")).await;
    let path = format!("/photos/{photo}");
    assert_eq!(world.guest.send(Method::DELETE, &path).await.status, 204);
    assert_eq!(of_photo(), Vec::<String>::new(), "at once");
    twin.table.catch_up();
    place.put_object(&late[0], vec![1], "image/jpeg").await;
    let recover = json!({ "action": "requeue" });
    place.invoke("recover-stuck", &recover).await;
    assert_eq!(of_photo(), Vec::<String>::new());
    world.guest.edit(edit).await.problem(404, "edit_not_found");
    place.handle_all_messages().await;
    place.pass(SignedDuration::from_mins(31)).await;
    place.invoke("recover-stuck", &recover).await;
    let rows = place.sort_keys(&format!("EVENT#{}", world.event.id)).await;
    assert!(
        !rows
            .iter()
            .any(|row| row.starts_with("EDIT#") || row.starts_with("GONE#PHOTO#")),
        "{rows:?}"
    );
    Books::of(&world).await.assert_at_rest();
}
