//! What a page of the gallery, and of a guest's own edits, costs among few edits and among many.

use std::collections::BTreeMap;

use domain::edit::Review;
use domain::{Edit, EditId};
use jiff::SignedDuration;
use serde_json::json;
use world::caller::of_event;
use world::table::{Item, keyed, string};
use world::{Caller, Guest, Place, World, styles};

contract! {
    in_memory {
        a_page_of_the_gallery_costs_the_same_among_many_edits_that_await_review,
        a_page_of_a_guests_own_edits_costs_the_same_among_many_edits,
    }
}

const FEW: usize = 100;
const MANY: usize = 10_000;

/// An edit like another one, with the attributes that put it into the indexes.
fn item_of(edit: &Edit, guest: &str) -> Item {
    let event = format!("EVENT#{}", edit.event_id);
    let mut item = keyed(&event, &format!("EDIT#{}", edit.id.ulid()));
    item.extend(serde_dynamo::to_item::<_, Item>(edit).unwrap());
    item.insert("status_pk".to_owned(), string(&format!("{event}#succeeded")));
    item.insert("status_sk".to_owned(), string(&edit.id.ulid()));
    item.insert("guest".to_owned(), string(guest));
    let review = edit.review.map_or("unreviewed", Review::as_str);
    item.insert("gallery_pk".to_owned(), string(&format!("{event}#{review}")));
    item
}

/// Older copies of an edit, nearly all of which await review.
async fn add(world: &World, sample: &Edit, guest: &str, count: usize) {
    for number in 0..count {
        let age = SignedDuration::from_secs(i64::try_from(number).unwrap() + 1);
        let edit = Edit {
            id: EditId::new(sample.created_at - age, world.place.cloud.random()),
            review: (number % (count / FEW * 2) == 0).then_some(Review::Approved),
            ..sample.clone()
        };
        world.place.put_item(item_of(&edit, guest)).await;
    }
}

/// The calls that a look at a page makes, and the items that it reads.
async fn reads(world: &World, guest: &Guest, path: &str) -> (BTreeMap<&'static str, usize>, usize) {
    let twin = &world.place.memory().twin;
    twin.forget_operations();
    assert_eq!(guest.get(path).await.data(200).as_array().unwrap().len(), 25);
    (twin.calls(), twin.items_read())
}

async fn sample(world: &World) -> Edit {
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(id).await;
    world.stored(id).await
}

async fn a_page_of_the_gallery_costs_the_same_among_many_edits_that_await_review(place: Place) {
    for gallery in ["open", "reviewed"] {
        let mut costs = Vec::new();
        for count in [FEW, MANY] {
            let world = World::new(&place).await;
            let organiser = Caller::organiser(&world).await;
            let path = format!("{}/ai-settings", of_event(&world));
            organiser
                .patch(&path, &json!({ "gallery": gallery }))
                .await
                .data(200);
            let sample = sample(&world).await;
            add(&world, &sample, "somebody", count).await;
            // The first look fills what the environment keeps.
            reads(&world, &world.guest, "/gallery").await;
            costs.push(reads(&world, &world.guest, "/gallery").await);
        }
        assert_eq!(costs[0], costs[1], "{gallery}");
        assert!(costs[0].1 < 90, "a page and its entries: {costs:?}");
    }
}

async fn a_page_of_a_guests_own_edits_costs_the_same_among_many_edits(place: Place) {
    let mut costs = Vec::new();
    for count in [FEW, MANY] {
        let world = World::new(&place).await;
        let sample = sample(&world).await;
        let own = world.guest.scope_hash(&world.event);
        add(&world, &sample, &own, FEW).await;
        add(&world, &sample, "somebody", count).await;
        reads(&world, &world.guest, "/ai-edits").await;
        costs.push(reads(&world, &world.guest, "/ai-edits").await);
    }
    assert_eq!(costs[0], costs[1]);
    assert!(costs[0].1 < 90, "a page and its entries: {costs:?}");
}
