//! Prune deletes whatever has passed its retention, with all its traces and nothing else, also after a run that died.

mod admission;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::edit::Step;
use domain::{Edit, EditId, FailureCode, Photo, Status};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use world::deployed::functions::kill;
use world::table::{Item, string};
use world::{Place, World};

contract! {
    in_memory {
        expired_edits_go_with_all_their_traces_and_nothing_else_goes,
        a_ledger_entry_within_its_retention_stays,
        a_month_without_spending_is_pruned_like_any_other,
        an_unreadable_payload_prunes_nothing,
    }
    deployed {
        a_repeated_run_finishes_what_a_killed_run_left,
    }
}

const DAYS: i64 = 24;

fn days_ago(world: &World, days: i64) -> Timestamp {
    world.place.now() - SignedDuration::from_hours(DAYS * days)
}

async fn rows(world: &World, pk: &str) -> Vec<String> {
    world.place.sort_keys(pk).await
}

/// The objects of the event.
async fn objects(world: &World) -> BTreeSet<String> {
    // Pictures lie below the event's slug, photos below its id.
    let (slug, id) = (world.event.slug.as_str(), world.event.id.as_str());
    let mut found = BTreeSet::new();
    for folder in [slug, id] {
        found.extend(world.place.objects_below(&format!("events/{folder}/")).await);
    }
    found
}

/// The keys of a photo's prepared copy and thumbnail.
fn copy_keys(photo: &Photo) -> Vec<String> {
    let copy = photo.state.copy().unwrap();
    copy.object_keys().into_iter().cloned().collect()
}

/// Runs until nothing is left. On a busy machine one run may leave something to the next. Returns all answers.
async fn prune(place: &Place, order: &Value) -> Vec<Value> {
    let mut answers = Vec::new();
    while answers.len() < 10 {
        let answer = place.invoke("prune", order).await;
        let is_last = answer["failed"] == 0 && answer["more"] == false;
        answers.push(answer);
        if is_last {
            return answers;
        }
    }
    panic!("ten runs were not enough for {order}: {answers:?}");
}

/// Asserts what the runs did together. A run may repeat what the one before could not note.
#[track_caller]
fn assert_did(runs: &[Value], expected: &[(&str, u64)]) {
    for (name, expected) in expected {
        let done: u64 = runs.iter().map(|run| run[name].as_u64().unwrap()).sum();
        let is_so = match runs {
            [_] => done == *expected,
            _ => done >= *expected,
        };
        assert!(is_so, "{name}: {done}, not {expected}: {runs:?}");
    }
}

async fn expired_edits_go_with_all_their_traces_and_nothing_else_goes(place: Place) {
    let order = |pretend: bool| json!({ "pretend": pretend, "request_days": 90, "ledger_days": 365 });
    let world = World::new(&place).await;
    world.list().await;
    let (old, young) = (days_ago(&world, 100), days_ago(&world, 80));
    let guest = format!("{:032x}", place.cloud.random());
    let (old_photo, young_photo) = (world.photo_of_then(old).await, world.photo_of_then(young).await);
    let gone = world.finished_then(&old_photo, old, &guest, "old").await;
    // The key was used again, for an edit that stays.
    let reused = world.finished_then(&old_photo, old, &guest, "reused").await;
    let kept = world.finished_then(&young_photo, young, &guest, "young").await;
    reuse_key(&world, &guest, kept.id).await;
    // Old but still under way: the edit and its photo must stay.
    let needed_photo = world.photo_of_then(old).await;
    let under_way = world.admitted_then(&needed_photo, old, &guest, "under way").await;

    let rows_before = rows(&world, &format!("EVENT#{}", world.event.id)).await;
    let objects_before = objects(&world).await;
    let pretended = prune(&place, &order(true)).await;
    assert_eq!(
        rows(&world, &format!("EVENT#{}", world.event.id)).await,
        rows_before
    );
    assert_eq!(
        objects(&world).await,
        objects_before,
        "pretending takes nothing away"
    );
    // A pretended run counts what the real one deletes.
    let said = &pretended[pretended.len() - 1..];
    let pruned = prune(&place, &order(false)).await;
    for runs in [said, &pruned] {
        let expected = [
            ("requests", 2),
            ("outputs", 2),
            ("photos", 1),
            ("bytes", 2 * 500 + 1_000),
        ];
        assert_did(runs, &expected);
        let last = runs.last().unwrap();
        assert!(last["under_way"].as_u64() >= Some(1), "{last}");
    }

    let left = rows(&world, &format!("EVENT#{}", world.event.id)).await;
    for (key, stays) in [
        (format!("EDIT#{}", gone.id.ulid()), false),
        (format!("EDIT#{}", reused.id.ulid()), false),
        (format!("EDIT#{}", kept.id.ulid()), true),
        (format!("EDIT#{}", under_way.id.ulid()), true),
        (format!("PHOTO#{}", old_photo.id.ulid()), false),
        (format!("PHOTO#{}", young_photo.id.ulid()), true),
        (format!("PHOTO#{}", needed_photo.id.ulid()), true),
        ("META".to_owned(), true),
    ] {
        assert_eq!(left.contains(&key), stays, "{key} in {left:?}");
    }
    let pictures = [kept.output_key(), kept.thumbnail_key()].into_iter();
    let copies = [&young_photo, &needed_photo].into_iter().flat_map(copy_keys);
    let expected: BTreeSet<String> = pictures.chain(copies).collect();
    assert_eq!(objects(&world).await, expected);
    for (key, stays) in [
        ("old", false),
        ("young", true),
        ("reused", true),
        ("under way", true),
    ] {
        let found = rows(&world, &format!("IDEM#{guest}#{key}")).await;
        assert_eq!(!found.is_empty(), stays, "the record of the key {key:?}");
    }
    // An ended edit goes like the others.
    world.take(&under_way, give_up(), place.now()).await;
    prune(&place, &order(false)).await;
    let left = rows(&world, &format!("EVENT#{}", world.event.id)).await;
    assert!(
        !left.contains(&format!("EDIT#{}", under_way.id.ulid())),
        "{left:?}"
    );
    assert!(
        !left.contains(&format!("PHOTO#{}", needed_photo.id.ulid())),
        "{left:?}"
    );
}

fn give_up() -> Step {
    Step::Fail {
        code: FailureCode::ProviderTimeout,
        detail: "too late".to_owned(),
        polls: 0,
        cost: None,
    }
}

/// The record of the key `reused` belongs to this edit by now.
async fn reuse_key(world: &World, guest: &str, edit: EditId) {
    let partition = format!("IDEM#{guest}#reused");
    let change = |item: &mut Item| {
        let Some(AttributeValue::M(record)) = item.get_mut("record") else {
            panic!("{item:?} has no record")
        };
        record.insert("edit_id".to_owned(), string(&edit.to_string()));
    };
    world.place.change_item(&partition, "META", change).await;
}

async fn a_ledger_entry_within_its_retention_stays(place: Place) {
    let world = World::new(&place).await;
    world.list().await;
    let guest = format!("{:032x}", place.cloud.random());
    let times = [
        days_ago(&world, 420),
        days_ago(&world, 364),
        days_ago(&world, 120),
    ];
    let mut edits = Vec::new();
    for (index, at) in times.into_iter().enumerate() {
        let photo = world.photo_of_then(at).await;
        edits.push(
            world
                .finished_then(&photo, at, &guest, &format!("key {index}"))
                .await,
        );
    }
    // This edit waited for days: it is older than the retention of the ledger, and its entry is not.
    let late_photo = world.photo_of_then(times[0]).await;
    let waited = world.admitted_then(&late_photo, times[0], &guest, "waited").await;
    world.take(&waited, give_up(), times[1]).await;

    let order = json!({ "request_days": 90, "ledger_days": 365 });
    let pruned = prune(&place, &order).await;
    assert_did(&pruned, &[("requests", 4), ("ledger_entries", 1)]);
    let entries = |edit: &Edit| {
        let (pk, id) = (
            format!("TENANT#{}#LEDGER#{}", world.tenant.id, edit.month),
            edit.id.ulid(),
        );
        let world = &world;
        async move { rows(world, &pk).await.contains(&id) }
    };
    assert!(!entries(&edits[0]).await, "420 days old");
    assert!(entries(&edits[1]).await, "364 days old");
    assert!(entries(&edits[2]).await, "120 days old");
    assert!(entries(&waited).await, "the entry's own age counts");
    let months = rows(&world, &format!("TENANT#{}", world.tenant.id)).await;
    assert!(has_budget(&months, &edits[0]), "an entry is left: {months:?}");

    // With a shorter retention the month is empty, and its counters go with the last entry.
    prune(&place, &json!({ "request_days": 90, "ledger_days": 200 })).await;
    let months = rows(&world, &format!("TENANT#{}", world.tenant.id)).await;
    assert!(!has_budget(&months, &edits[0]), "{months:?}");
    assert!(has_budget(&months, &edits[2]), "{months:?}");
    assert!(entries(&edits[2]).await);
}

/// Whether any part of the budget of an edit's month is left.
fn has_budget(rows: &[String], edit: &Edit) -> bool {
    rows.iter()
        .any(|row| row.starts_with(&format!("BUDGET#{}", edit.month)))
}

async fn a_month_without_spending_is_pruned_like_any_other(place: Place) {
    let world = World::new(&place).await;
    world.list().await;
    let guest = format!("{:032x}", place.cloud.random());
    let at = days_ago(&world, 420);
    let photo = world.photo_of_then(at).await;
    let edit = world.admitted_then(&photo, at, &guest, "failed").await;
    world.take(&edit, give_up(), at).await;
    let tenant = format!("TENANT#{}", world.tenant.id);
    assert!(has_budget(&rows(&world, &tenant).await, &edit));
    prune(&place, &json!({ "request_days": 90, "ledger_days": 365 })).await;
    let months = rows(&world, &tenant).await;
    assert!(!has_budget(&months, &edit), "{months:?}");
}

async fn a_repeated_run_finishes_what_a_killed_run_left(place: Place) {
    const EDITS: usize = 1_500;
    let world = World::new(&place).await;
    world.list().await;
    let guest = format!("{:032x}", place.cloud.random());
    let (old, young) = (days_ago(&world, 100), days_ago(&world, 1));
    let old_photo = world.photo_of_then(old).await;
    let sample = world.finished_then(&old_photo, old, &guest, "first").await;
    let kept = world.finished_then(&old_photo, young, &guest, "kept").await;
    world.put_many_like(&sample, EDITS).await;
    let partition = format!("EVENT#{}", world.event.id);
    let count = async || {
        let rows = rows(&world, &partition).await;
        rows.iter().filter(|row| row.starts_with("EDIT#")).count()
    };
    let all = count().await;
    assert_eq!(all, EDITS + 2);

    let order = json!({ "request_days": 90 });
    let first = rows(&world, &partition)
        .await
        .into_iter()
        .find(|row| row.starts_with("EDIT#"));
    let first = first.unwrap();
    let patience = Instant::now() + Duration::from_secs(240);
    loop {
        let running = {
            let (place, order) = (place.clone(), order.clone());
            tokio::spawn(async move { place.try_invoke("prune", &order).await })
        };
        // Only one small read at a time, because the run needs the emulator too.
        while !running.is_finished() && is_there(&world, &partition, &first).await {
            sleep(Duration::from_millis(10)).await;
        }
        let was_running = kill(&place, "prune");
        if running.await.unwrap().is_err() && was_running {
            break;
        }
        // A run gives up before it deletes anything where the emulator is too busy.
        let untouched = is_there(&world, &partition, &first).await;
        assert!(
            untouched && Instant::now() < patience,
            "no run could be killed half-way"
        );
    }
    let left = count().await;
    assert!((2..all).contains(&left), "half-way: {left} of {all}");
    // Objects go first and items last, so no object is left without its item.
    let known: BTreeSet<String> = rows(&world, &partition).await.into_iter().collect();
    for key in objects(&world)
        .await
        .iter()
        .filter(|key| key.contains("/ai-edits/"))
    {
        let name = key.rsplit('/').next().unwrap().split('.').next().unwrap();
        let id: EditId = name.parse().unwrap();
        assert!(
            known.contains(&format!("EDIT#{}", id.ulid())),
            "{key} is an orphan"
        );
    }

    prune(&place, &order).await;
    assert_eq!(count().await, 1, "the young one");
    assert_eq!(world.stored(kept.id).await.status, Status::Succeeded);
    let expected: BTreeSet<String> = [kept.output_key(), kept.thumbnail_key()].into();
    assert_eq!(objects(&world).await, expected);
}

async fn is_there(world: &World, pk: &str, sk: &str) -> bool {
    world.place.item(pk, sk).await.is_some()
}

async fn an_unreadable_payload_prunes_nothing(place: Place) {
    for (payload, named) in [
        (json!({ "pretnd": true }), "pretnd"),
        (json!({ "request_days": 0 }), "request_days"),
        (json!({ "ledger_days": -1 }), "ledger_days"),
    ] {
        let answer = place.try_invoke("prune", &payload).await.unwrap_err();
        assert!(
            answer["errorMessage"].as_str().unwrap().contains(named),
            "{answer}"
        );
    }
}
