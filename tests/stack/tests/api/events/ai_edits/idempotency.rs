//! `Idempotency-Key`: a double tap makes one edit.

use futures::future::join_all;
use serde_json::json;
use world::patience::insist;
use world::{Books, Place, Reply, World, settings, styles};

contract! {
    in_memory {
        a_key_belongs_to_one_request,
        the_same_key_of_another_guest_is_another_key,
        a_repeated_blocked_prompt_is_one_blocked_edit,
    }
    both {
        a_repeated_request_gets_the_same_edit_and_pays_once,
    }
    deployed {
        parallel_requests_with_one_key_make_one_edit,
    }
}

async fn a_repeated_request_gets_the_same_edit_and_pays_once(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::OK });
    let tap = async || insist(async || world.guest.create_edit_once(photo, &body, "tap-1").await).await;
    let (first, again) = (tap().await, tap().await);
    let id = first.edit_id();
    assert_eq!(again.edit_id(), id);
    assert_eq!(again.header("location"), first.header("location"));

    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    let after = tap().await;
    assert_eq!(after.edit_id(), id, "also after it has ended");
    assert_eq!(
        (&after.body["data"]["status"], &after.body["data"]["wait"]),
        (&json!("succeeded"), &json!(null))
    );
    let output = &after.body["data"]["output"];
    let picture = world.guest.download(&output["url"]).await;
    assert_eq!(output["bytes"], json!(picture.len()), "with its picture");
    let books = Books::of(&world).await;
    assert_eq!(books.figures.total, 1);
    books.assert_paid(id, styles::COST);
}

async fn a_key_belongs_to_one_request(place: Place) {
    let world = World::new(&place).await;
    let (photo, other_photo) = (world.photo("cat.jpg").await, world.photo("cat.jpg").await);
    let body = json!({ "style_key": styles::fake("sync") });
    let id = world
        .guest
        .create_edit_once(photo, &body, "tap-1")
        .await
        .edit_id();
    for (photo, body) in [
        (photo, json!({ "style_key": styles::fake("ok") })),
        (
            photo,
            json!({ "style_key": styles::fake("sync"), "prompt": "with falling snow" }),
        ),
        (other_photo, body.clone()),
    ] {
        let reply = world.guest.create_edit_once(photo, &body, "tap-1").await;
        reply.problem(422, "idempotency_key_reused");
    }
    world.guest.wait(id).await;
    assert_eq!(Books::of(&world).await.figures.total, 1);
}

async fn parallel_requests_with_one_key_make_one_edit(place: Place) {
    /// As many environments of the function run in parallel.
    const TAPS: usize = 12;
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("sync") });
    let nowhere = "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    for round in 1..=3_u32 {
        // Warm environments: a cold start would let the first request finish before the others begin.
        join_all((0..TAPS).map(|_| world.guest.create_edit(nowhere, &body))).await;
        let key = format!("tap-{round}");
        let replies = join_all((0..TAPS).map(|_| world.guest.create_edit_once(photo, &body, &key))).await;
        let mut ids: Vec<_> = replies.iter().map(Reply::edit_id).collect();
        ids.dedup();
        let [id] = ids.try_into().unwrap();
        world.guest.wait(id).await;
        let books = Books::of(&world).await;
        assert_eq!(books.figures.total, i64::from(round));
        books.assert_paid(id, styles::COST);
        books.assert_at_rest();
    }
}

async fn the_same_key_of_another_guest_is_another_key(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("sync") });
    let one = world
        .guest
        .create_edit_once(photo, &body, "tap-1")
        .await
        .edit_id();
    let other = world
        .another_guest()
        .create_edit_once(photo, &body, "tap-1")
        .await
        .edit_id();
    assert_ne!(one, other);
    for id in [one, other] {
        world.guest.wait(id).await;
    }
    assert_eq!(Books::of(&world).await.figures.succeeded, 2);
}

async fn a_repeated_blocked_prompt_is_one_blocked_edit(place: Place) {
    let world = World::with(&place, |_, event| {
        event.policy.blocked_terms = vec!["forbiddenword".to_owned()].into();
    })
    .await;
    let photo = world.photo_without_file().await;
    let body = json!({ "style_key": styles::OK, "prompt": "a forbiddenword on a boat" });
    let first = world.guest.create_edit_once(photo, &body, "tap-1").await;
    let again = world.guest.create_edit_once(photo, &body, "tap-1").await;
    let first = first.problem(422, "prompt_blocked");
    assert_eq!(again.problem(422, "prompt_blocked")["edit_id"], first["edit_id"]);
    assert_eq!(Books::of(&world).await.figures.blocked, 1);
}
