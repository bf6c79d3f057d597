//! `DELETE /api/v1/events/{token}/ai-edits/{requestId}`

use domain::{EditId, Status};
use reqwest::Method;
use serde_json::json;
use world::caller::of_event;
use world::queue::Queue;
use world::{Books, Caller, Guest, Place, World, settings, styles};

contract! {
    in_memory {
        an_edit_deleted_while_a_poll_delivers_leaves_no_picture_and_right_books,
        a_repeated_request_does_not_bring_a_deleted_edit_back,
        a_picture_that_a_late_worker_stored_is_removed_by_recovery,
    }
    both {
        a_deleted_edit_is_gone_with_its_pictures_and_stays_paid,
        an_edit_deleted_under_way_is_finished_and_paid_and_seen_by_nobody,
    }
}

/// Moments at which the delete meets the worker.
const MOMENTS: usize = 200;

fn pictures(world: &World) -> String {
    format!("events/{}/ai-edits/", world.event.slug)
}

async fn delete(guest: &Guest, id: EditId) -> u16 {
    guest
        .send(Method::DELETE, &format!("/ai-edits/{id}"))
        .await
        .status
}

/// Nobody finds the edit, and nothing personal is left of it.
async fn assert_gone(world: &World, id: EditId) {
    world.guest.edit(id).await.problem(404, "edit_not_found");
    let organiser = Caller::organiser(world).await;
    let path = format!("{}/ai-edits", of_event(world));
    organiser
        .get(&format!("{path}/{id}"))
        .await
        .problem(404, "edit_not_found");
    assert_eq!(organiser.get(&path).await.data(200), &json!([]));
    assert_eq!(world.guest.get("/ai-edits").await.data(200), &json!([]));
    assert_eq!(world.guest.get("/gallery").await.data(200), &json!([]));
    assert_eq!(delete(&world.guest, id).await, 404);
    let partition = format!("EVENT#{}", world.event.id);
    let keys = world.place.sort_keys(&partition).await;
    assert!(!keys.contains(&format!("EDIT#{}", id.ulid())), "{keys:?}");
    let left = world
        .place
        .item(&partition, &format!("GONE#EDIT#{}", id.ulid()))
        .await
        .expect("its objects are remembered for a while");
    let mut fields: Vec<&str> = left.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "deleted_at",
            "due_at",
            "event_id",
            "object_keys",
            "open_pk",
            "pk",
            "sk",
            "thing"
        ]
    );
}

async fn a_deleted_edit_is_gone_with_its_pictures_and_stays_paid(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(id).await;
    assert_eq!(place.objects_below(&pictures(&world)).await.len(), 2);
    assert_eq!(delete(&world.another_guest(), id).await, 404, "another guest's");
    assert_eq!(delete(&world.guest, id).await, 204);
    assert!(place.objects_below(&pictures(&world)).await.is_empty());
    assert_gone(&world, id).await;
    let books = Books::of(&world).await;
    books.assert_paid(id, styles::COST);
    books.assert_at_rest();
}

async fn an_edit_deleted_under_way_is_finished_and_paid_and_seen_by_nobody(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("slow")).await;
    assert_eq!(delete(&world.guest, id).await, 204);
    world.guest.edit(id).await.problem(404, "edit_not_found");
    assert_eq!(world.guest.get("/ai-edits").await.data(200), &json!([]));
    place.handle_all_messages().await;
    place
        .eventually("paid", async || !Books::read(&world).await.ledger.is_empty())
        .await;
    place
        .eventually("removed", async || {
            place.objects_below(&pictures(&world)).await.is_empty()
        })
        .await;
    assert_gone(&world, id).await;
    let books = Books::of(&world).await;
    books.assert_paid(id, styles::COST);
    books.assert_at_rest();
}

async fn an_edit_deleted_while_a_poll_delivers_leaves_no_picture_and_right_books(place: Place) {
    let world = World::new(&place).await;
    let memory = place.memory();
    let photo = world.photo("cat.jpg").await;
    for moment in 0..MOMENTS {
        let id = world.guest.start(photo, &styles::fake("ok")).await;
        while world.stored(id).await.status != Status::Processing || memory.messages(Queue::Poll).is_empty() {
            place.handle_due_messages().await;
            place.pass(jiff::SignedDuration::from_secs(1)).await;
        }
        // Past every time that the fake provider takes.
        place.pass(jiff::SignedDuration::from_secs(60)).await;
        memory.twin.forget_operations();
        let calls = moment % 25;
        let deleted = async {
            // The delete begins once the worker has made so many calls, or has ended.
            for _ in 0..10_000 {
                if memory.twin.operations().len() >= calls {
                    break;
                }
                tokio::task::yield_now().await;
            }
            delete(&world.guest, id).await
        };
        let ((), status) = futures::join!(memory.handle_at_once(&place.cloud, Queue::Poll), deleted);
        assert_eq!(status, 204, "moment {moment}");
        place.handle_all_messages().await;
        let left = place.objects_below(&pictures(&world)).await;
        assert!(left.is_empty(), "moment {moment}: {left:?}");
        assert_gone(&world, id).await;
        let books = Books::of(&world).await;
        books.assert_at_rest();
        assert_eq!(books.ledger.len(), moment + 1);
        books.assert_paid(id, styles::COST);
    }
}

async fn a_repeated_request_does_not_bring_a_deleted_edit_back(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("sync") });
    let id = world.guest.create_edit_once(photo, &body, "tap").await.edit_id();
    world.guest.wait(id).await;
    assert_eq!(delete(&world.guest, id).await, 204);
    let again = world.guest.create_edit_once(photo, &body, "tap").await;
    again.problem(404, "edit_not_found");
    // Nor one that is under way, whose row is still there.
    let body = json!({ "style_key": styles::fake("slow") });
    let id = world
        .guest
        .create_edit_once(photo, &body, "another-tap")
        .await
        .edit_id();
    assert_eq!(delete(&world.guest, id).await, 204);
    let again = world.guest.create_edit_once(photo, &body, "another-tap").await;
    again.problem(404, "edit_not_found");
    place.handle_all_messages().await;
    let again = world.guest.create_edit_once(photo, &body, "another-tap").await;
    again.problem(404, "edit_not_found");
    Books::of(&world).await.assert_at_rest();
}

async fn a_picture_that_a_late_worker_stored_is_removed_by_recovery(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(id).await;
    let late: Vec<String> = place.objects_below(&pictures(&world)).await.into_iter().collect();
    assert_eq!(delete(&world.guest, id).await, 204);
    // Its worker died before it learnt of the deletion.
    place.put_object(&late[0], vec![1], "image/jpeg").await;
    let recover = json!({ "action": "requeue" });
    place.invoke("recover-stuck", &recover).await;
    assert!(place.objects_below(&pictures(&world)).await.is_empty());
    assert_gone(&world, id).await;
    place.pass(jiff::SignedDuration::from_mins(31)).await;
    place.invoke("recover-stuck", &recover).await;
    let left = place.sort_keys(&format!("EVENT#{}", world.event.id)).await;
    assert!(!left.iter().any(|key| key.starts_with("GONE#")), "{left:?}");
}
