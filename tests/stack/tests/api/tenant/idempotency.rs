//! `Idempotency-Key` of an organiser: the tenant's event is the scope.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use world::{Books, Caller, Place, Reply, World, settings, styles};

contract! {
    in_memory {
        a_key_belongs_to_one_request_and_to_one_caller,
        parallel_requests_with_one_key_make_one_edit,
    }
    both {
        a_repeated_request_gets_the_same_edit_and_its_picture_once_finished,
    }
}

async fn a_repeated_request_gets_the_same_edit_and_its_picture_once_finished(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "photo_id": photo, "style_key": styles::OK });
    let first = organiser.create_edit_once(&world, &body, "tap-1").await;
    let again = organiser.create_edit_once(&world, &body, "tap-1").await;
    let id = first.edit_id();
    assert_eq!(again.edit_id(), id);
    assert_eq!(again.header("location"), first.header("location"));

    world.guest.wait(id).await;
    let after = organiser.create_edit_once(&world, &body, "tap-1").await;
    assert_eq!(after.edit_id(), id, "also after it has ended");
    let edit = after.data(202);
    assert_eq!(
        (&edit["status"], &edit["wait"]),
        (&json!("succeeded"), &json!(null))
    );
    let picture = world.guest.download(&edit["output"]["url"]).await;
    assert_eq!(edit["output"]["bytes"], json!(picture.len()));
    let books = Books::of(&world).await;
    assert_eq!(books.figures.total, 1);
    books.assert_paid(id, styles::COST);
}

async fn a_key_belongs_to_one_request_and_to_one_caller(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "photo_id": photo, "style_key": styles::fake("sync") });
    let id = organiser.create_edit_once(&world, &body, "tap-1").await.edit_id();
    // The key with another request at this event.
    for body in [
        json!({ "photo_id": photo, "style_key": styles::fake("ok") }),
        json!({ "photo_id": photo, "style_key": styles::fake("sync"), "prompt": "with falling snow" }),
    ] {
        let reply = organiser.create_edit_once(&world, &body, "tap-1").await;
        reply.problem(422, "idempotency_key_reused");
    }
    // At another event of the tenant it is another key, whatever the request.
    let neighbour = world.neighbour().await;
    organiser
        .create_edit_once(&neighbour, &body, "tap-1")
        .await
        .problem(404, "photo_not_found");
    let other_photo = neighbour.photo("cat.jpg").await;
    let other_body = json!({ "photo_id": other_photo, "style_key": styles::fake("sync") });
    let of_neighbour = organiser.create_edit_once(&neighbour, &other_body, "tap-1").await;
    let again = organiser.create_edit_once(&neighbour, &other_body, "tap-1").await;
    assert_eq!(again.edit_id(), of_neighbour.edit_id());
    neighbour.guest.wait(of_neighbour.edit_id()).await;
    assert_eq!(
        neighbour.stored(of_neighbour.edit_id()).await.photo_id,
        other_photo
    );
    // The same key of a guest or of another tenant is another key.
    let guest_body = json!({ "style_key": styles::fake("sync") });
    let of_guest = world.guest.create_edit_once(photo, &guest_body, "tap-1").await;
    let stranger = World::new(&place).await;
    let strange_photo = stranger.photo("cat.jpg").await;
    let strange_body = json!({ "photo_id": strange_photo, "style_key": styles::fake("sync") });
    let strange = Caller::organiser(&stranger).await;
    let of_stranger = strange.create_edit_once(&stranger, &strange_body, "tap-1").await;
    assert_ne!(of_guest.edit_id(), id);
    for (world, id) in [
        (&world, id),
        (&world, of_guest.edit_id()),
        (&stranger, of_stranger.edit_id()),
    ] {
        world.guest.wait(id).await;
    }
    // Both events spend the tenant's budget; each counts its own edits.
    assert_eq!(Books::read(&world).await.figures.total, 2);
    assert_eq!(Books::read(&neighbour).await.figures.total, 1);
    assert_eq!(Books::of(&stranger).await.figures.total, 1);
}

async fn parallel_requests_with_one_key_make_one_edit(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "photo_id": photo, "style_key": styles::fake("sync") });
    // Transactions on one item meet, and DynamoDB cancels one of them.
    let table = &place.memory().twin.table;
    table.transactions_take(Some(Duration::from_millis(2)));
    let replies = join_all((0..6).map(|_| organiser.create_edit_once(&world, &body, "tap-1"))).await;
    let mut ids: Vec<_> = replies
        .iter()
        .filter(|reply| reply.status != 409)
        .map(Reply::edit_id)
        .collect();
    ids.dedup();
    let [id] = ids.try_into().unwrap();
    for reply in replies.iter().filter(|reply| reply.status == 409) {
        reply.problem(409, "idempotency_in_progress");
    }
    world.guest.wait(id).await;
    assert_eq!(Books::of(&world).await.figures.total, 1);
}
