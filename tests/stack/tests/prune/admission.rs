//! Prune against the admission of an edit: a photo that an edit needs stays, whichever comes first.

use std::time::Duration;

use cloud::Call;
use cloud::testing::{Fault, Rule};
use serde_json::json;
use world::{Place, World, styles};

use super::{copy_keys, days_ago, is_there, rows};

contract! {
    in_memory {
        an_edit_that_is_admitted_while_prune_runs_keeps_its_photo,
        a_photo_that_a_dead_run_gave_up_goes_with_the_next_run,
        an_edit_that_the_index_does_not_show_yet_keeps_its_photo,
        an_admission_that_prune_overtakes_is_refused,
    }
}

/// The calls that a run makes about a photo, and the one after the photos.
const MOMENTS: [(Call, &str); 6] = [
    (Call::Query, "EVENT#{event}#queued"),
    (Call::Query, "EVENT#{event}#processing"),
    (Call::UpdateItem, "EVENT#{event}"),
    (Call::DeleteObjects, "{photo}"),
    (Call::BatchWriteItem, "EVENT#{event}"),
    (Call::Query, "LIST#tenant"),
];

async fn an_edit_that_is_admitted_while_prune_runs_keeps_its_photo(place: Place) {
    let order = json!({ "request_days": 90 });
    let mut admitted = 0;
    let twin = &place.memory().twin;
    for ((call, about), index_lags) in MOMENTS
        .into_iter()
        .flat_map(|moment| [(moment, false), (moment, true)])
    {
        let world = World::new(&place).await;
        world.list().await;
        let photo = world.photo_of_then(days_ago(&world, 100)).await;
        let about = about
            .replace("{event}", world.event.id.as_str())
            .replace("{photo}", &photo.id.to_string());
        let held = twin.faults.hold(call, &about);
        if index_lags {
            twin.table.fall_behind();
        }
        let asking = async {
            held.reached().await;
            let reply = world
                .guest
                .create_edit(photo.id, &json!({ "style_key": styles::OK }))
                .await;
            held.release();
            reply
        };
        let (_, reply) = tokio::time::timeout(
            Duration::from_secs(20),
            futures::future::join(place.invoke("prune", &order), asking),
        )
        .await
        .unwrap_or_else(|_| panic!("prune does not call {call} about {about}"));
        twin.table.catch_up();
        let row = format!("PHOTO#{}", photo.id.ulid());
        let is_there = is_there(&world, &format!("EVENT#{}", world.event.id), &row).await;
        let has_picture = place.object(&copy_keys(&photo)[0]).await.is_some();
        let is_admitted = reply.status == 202;
        if !is_admitted {
            reply.problem(404, "photo_not_found");
        }
        admitted += u32::from(is_admitted);
        assert_eq!(
            (is_there, has_picture),
            (is_admitted, is_admitted),
            "asked for before {call} about {about}"
        );
    }
    assert_eq!(admitted, 6, "until the mark is written");
}

async fn a_photo_that_a_dead_run_gave_up_goes_with_the_next_run(place: Place) {
    let order = json!({ "request_days": 90 });
    let world = World::new(&place).await;
    world.list().await;
    let photo = world.photo_of_then(days_ago(&world, 100)).await;
    place
        .memory()
        .twin
        .faults
        .add(Rule::new(Call::DeleteObjects, Fault::Refused).about("photos/"));
    assert_eq!(place.invoke("prune", &order).await["failed"], 1);
    assert!(place.object(&copy_keys(&photo)[0]).await.is_some());
    let asked = world
        .guest
        .create_edit(photo.id, &json!({ "style_key": styles::OK }))
        .await;
    asked.problem(404, "photo_not_found");
    let seen = world.guest.get(&format!("/photos/{}", photo.id)).await;
    seen.problem(404, "photo_not_found");
    assert_eq!(place.invoke("prune", &order).await["photos"], 1);
    assert_eq!(place.object(&copy_keys(&photo)[0]).await, None);
    assert!(
        rows(&world, &format!("EVENT#{}", world.event.id))
            .await
            .iter()
            .all(|row| !row.starts_with("PHOTO#"))
    );
}

async fn an_edit_that_the_index_does_not_show_yet_keeps_its_photo(place: Place) {
    let world = World::new(&place).await;
    world.list().await;
    let photo = world.photo_of_then(days_ago(&world, 100)).await;
    let twin = &place.memory().twin;
    twin.table.fall_behind();
    world.guest.start(photo.id, styles::OK).await;
    let pruned = place.invoke("prune", &json!({ "request_days": 90 })).await;
    twin.table.catch_up();
    assert_eq!(pruned["photos"], 0);
    assert!(place.object(&copy_keys(&photo)[0]).await.is_some());
    let row = format!("PHOTO#{}", photo.id.ulid());
    assert!(is_there(&world, &format!("EVENT#{}", world.event.id), &row).await);
}

async fn an_admission_that_prune_overtakes_is_refused(place: Place) {
    let world = World::new(&place).await;
    world.list().await;
    let photo = world.photo_of_then(days_ago(&world, 100)).await;
    // The request has read the photo and not written the edit.
    let held = place.memory().twin.faults.hold(
        Call::TransactWriteItems,
        &format!("EVENT#{}/EDIT#", world.event.id),
    );
    let body = json!({ "style_key": styles::OK });
    let asking = world.guest.create_edit(photo.id, &body);
    let pruning = async {
        held.reached().await;
        let pruned = place.invoke("prune", &json!({ "request_days": 90 })).await;
        held.release();
        pruned
    };
    // The run dies after it has marked the photo.
    let dies = Rule::new(Call::DeleteObjects, Fault::Refused).about("photos/");
    place.memory().twin.faults.add(dies);
    let (reply, pruned) = futures::future::join(asking, pruning).await;
    assert_eq!(pruned["failed"], 1);
    reply.problem(404, "photo_not_found");
    let pruned = place.invoke("prune", &json!({ "request_days": 90 })).await;
    assert_eq!(pruned["photos"], 1);
    let rows = rows(&world, &format!("EVENT#{}", world.event.id)).await;
    assert!(
        !rows
            .iter()
            .any(|row| row.starts_with("EDIT#") || row.starts_with("PHOTO#")),
        "{rows:?}"
    );
}
