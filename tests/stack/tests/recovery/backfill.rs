//! Backfill makes copies of pictures without one.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::EditId;
use doubles::runware::Behaviour;
use serde_json::{Value, json};
use world::fixture;
use world::invoke::item_of;
use world::servers::Bait;
use world::{Books, Live, Place, World, styles};

use super::action_on;

contract! {
    in_memory {
        a_lost_copy_is_made_again_for_a_named_edit,
        a_forbidden_address_fails_alone_and_is_never_fetched,
    }
    both {
        an_edit_without_a_copy_gets_one_and_an_edit_with_one_is_left_alone,
        an_edit_without_a_picture_is_skipped,
    }
}

async fn succeeded(live: &Live, world: &World) -> EditId {
    let photo = world.photo("cat.jpg").await;
    let id = live
        .start(world, photo, [Behaviour::default().processing(0)])
        .await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    id
}

async fn backfill(world: &World, payload: Value) -> Value {
    world.place.invoke("backfill-storage", &payload).await
}

/// The copy is marked like any other, and the guest gets it.
async fn assert_stored(world: &World, id: EditId) {
    let shown = world.guest.edit(id).await;
    let picture = world.guest.download(&shown.data(200)["output"]["url"]).await;
    let marks = media::read_provenance(&picture).expect("it is marked as made with AI");
    assert_eq!(
        marks.digital_source_type,
        media::COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
    );
    assert_eq!(shown.data(200)["output"]["bytes"], picture.len());
    world
        .guest
        .download(&shown.data(200)["output"]["thumbnail_url"])
        .await;
}

async fn an_edit_without_a_copy_gets_one_and_an_edit_with_one_is_left_alone(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let (taken_over, without_address, whole) = (
        succeeded(&live, &world).await,
        succeeded(&live, &world).await,
        succeeded(&live, &world).await,
    );
    let before = world.stored(taken_over).await;
    world
        .take_copy_away(taken_over, before.provider_url.as_deref())
        .await;
    world.take_copy_away(without_address, None).await;
    assert_eq!(
        world.guest.edit(taken_over).await.data(200)["output"],
        json!(null),
        "no unmarked picture"
    );

    let pretended = backfill(&world, json!({ "pretend": true })).await;
    assert_eq!(
        action_on(&pretended, taken_over),
        ("stored", "it would be fetched from its address")
    );
    assert_eq!(
        action_on(&pretended, without_address),
        ("stored", "it would be fetched from the provider")
    );
    assert_eq!(item_of(&pretended, whole), None);
    assert_eq!(world.stored(taken_over).await.output, None, "nothing was done");

    let done = backfill(&world, json!({})).await;
    assert_eq!(
        action_on(&done, taken_over),
        ("stored", "fetched from its address")
    );
    assert_eq!(
        action_on(&done, without_address),
        ("stored", "fetched from the provider")
    );
    for id in [taken_over, without_address] {
        assert_stored(&world, id).await;
    }
    let mut after = world.stored(taken_over).await;
    assert!(after.updated_at > before.updated_at);
    after.updated_at = before.updated_at;
    assert_eq!(after, before, "the same picture, the same edit");

    let again = backfill(&world, json!({})).await;
    assert_eq!(item_of(&again, taken_over), None);
    let one = json!({ "request_id": taken_over, "event_id": world.event.id });
    assert_eq!(
        action_on(&backfill(&world, one).await, taken_over),
        ("skipped", "its copy is there")
    );
    let books = Books::of(&world).await;
    assert_eq!(books.ledger.len(), 3, "nothing is paid twice");
    books.assert_at_rest();
}

async fn a_lost_copy_is_made_again_for_a_named_edit(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let id = succeeded(&live, &world).await;
    place.remove_object(&world.stored(id).await.output_key()).await;
    let named = json!({ "request_id": id, "event_id": world.event.id });
    assert_eq!(
        action_on(&backfill(&world, named).await, id),
        ("stored", "fetched from its address")
    );
    assert_stored(&world, id).await;
}

async fn a_forbidden_address_fails_alone_and_is_never_fetched(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    // The allowed loopback address is another one.
    let bait = Bait::start("127.0.0.2", fixture("cat.jpg"));
    let hostile = succeeded(&live, &world).await;
    let good = succeeded(&live, &world).await;
    let url = world.stored(good).await.provider_url;
    world.take_copy_away(hostile, Some(&bait.url())).await;
    world
        .alter(hostile, |item| {
            item.insert("attempts".to_owned(), AttributeValue::L(Vec::new()));
        })
        .await;
    world.take_copy_away(good, url.as_deref()).await;

    let done = backfill(&world, json!({})).await;
    let (action, why) = action_on(&done, hostile);
    assert_eq!(action, "failed");
    assert!(why.ends_with("no provider ever had it"), "{why}");
    assert_eq!(action_on(&done, good).0, "stored");
    assert_eq!(bait.asked(), 0);
    assert_eq!(
        place.object(&world.stored(hostile).await.output_key()).await,
        None
    );
}

async fn an_edit_without_a_picture_is_skipped(place: Place) {
    let live = Live::open(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::LIVE });
    let queued = live.hold(&world, photo, &body, [Behaviour::default()]).await;
    let named = json!({ "request_id": queued, "event_id": world.event.id });
    assert_eq!(
        action_on(&backfill(&world, named).await, queued),
        ("skipped", "it has no picture: queued")
    );
    let nobody: EditId = "edit_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    // Without an event the edit is searched in all of them.
    let answer = backfill(&world, json!({ "request_id": nobody })).await;
    assert_eq!(action_on(&answer, nobody), ("skipped", "there is no such edit"));
}
