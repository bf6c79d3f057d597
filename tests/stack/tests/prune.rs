//! What has had its time goes, all of it and nothing else, also where a run dies half-way.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, Select, WriteRequest};
use domain::admission::{Admission, Applicant, IdempotencyKey};
use domain::edit::{Origin, Step, StoredOutput};
use domain::event::{Photo, photo_key};
use domain::guard::{Approval, EditRequest, GrantedBy};
use domain::ports::{Admissions, Photos, Work};
use domain::settings::ProviderMode;
use domain::{Context, Edit, EditId, MicroUsd, PhotoId, ProviderName, Status};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use stack_tests::functions::kill;
use stack_tests::invoke::{invoke, try_invoke};
use stack_tests::{Stack, World};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

/// A run prunes the whole installation, so these tests take turns; what all the others make is young.
static TURN: Mutex<()> = Mutex::const_new(());

const DAYS: i64 = 24;

fn days_ago(world: &World, days: i64) -> Timestamp {
    world.stack.cloud.now() - SignedDuration::from_hours(DAYS * days)
}

/// Lets pruning find the events of the tests, which are made past the superadmin API.
async fn listed(world: &World) {
    let id = world.event.id.as_str();
    let item = HashMap::from([
        ("pk".to_owned(), text("LIST#event")),
        ("sk".to_owned(), text(id)),
        ("id".to_owned(), text(id)),
    ]);
    let table = &world.stack.described.table;
    let put = world.stack.dynamodb.put_item().table_name(table);
    put.set_item(Some(item)).send().await.unwrap();
}

/// A photo that was uploaded then.
async fn photo(world: &World, at: Timestamp) -> Photo {
    let id = PhotoId::new(at, world.stack.cloud.random());
    let photo = Photo {
        id,
        event_id: world.event.id.clone(),
        mime_type: "image/jpeg".to_owned(),
        size_bytes: 1_000,
        object_key: photo_key(&world.event.slug, id),
        created_at: at,
    };
    world.stack.cloud.put_photo(&photo).await.unwrap();
    let bytes = vec![7; 1_000];
    world
        .stack
        .put_object(&photo.object_key, bytes, "image/jpeg")
        .await;
    photo
}

/// An edit that a guest asked for then, under this key; queued.
async fn admitted(world: &World, photo: &Photo, at: Timestamp, guest: &str, key: &str) -> Edit {
    let cost = MicroUsd::new(39_000);
    let approval = Approval {
        style_version: None,
        provider: ProviderName::Runware,
        model: "fake:ok".to_owned(),
        rendered_prompt: "a prompt of the tests".to_owned(),
        rendered_negative_prompt: None,
        estimate: cost,
        reserve: cost,
        cap: None,
        granted_by: GrantedBy::Package,
    };
    let applicant = Applicant {
        event: &world.event,
        photo,
        origin: Origin::Guest {
            scope_hash: guest.to_owned(),
        },
        edit_id: EditId::new(at, world.stack.cloud.random()),
        now: at,
    };
    let key = IdempotencyKey {
        scope: guest.to_owned(),
        key: key.to_owned(),
    };
    let admission = Admission::approved(&applicant, &EditRequest::default(), approval)
        .with_idempotency(Some(key), "hash".to_owned());
    world.stack.cloud.admit(&admission).await.unwrap();
    admission.edit
}

/// The same, finished at that time, with its picture in the bucket and its money settled.
async fn finished(world: &World, photo: &Photo, at: Timestamp, guest: &str, key: &str) -> Edit {
    let edit = admitted(world, photo, at, guest, key).await;
    let claim = Step::Claim {
        route: None,
        mode: ProviderMode::Fake,
        held: false,
    };
    let claimed = edit.step(claim, at).unwrap();
    world.stack.cloud.apply(&claimed).await.unwrap();
    let succeed = Step::Succeed {
        output: output(&edit),
        cost: Some(MicroUsd::new(39_000)),
        provider_url: None,
        seed: None,
        polls: 1,
        received_at: at,
    };
    let done = claimed.edit.step(succeed, at).unwrap();
    world.stack.cloud.apply(&done).await.unwrap();
    pictures(world, &edit).await;
    done.edit
}

fn output(edit: &Edit) -> StoredOutput {
    StoredOutput {
        object_key: edit.output_key(),
        thumbnail_key: edit.thumbnail_key(),
        mime_type: "image/jpeg".to_owned(),
        width: 64,
        height: 64,
        bytes: 500,
        sha256: "0".repeat(64),
    }
}

async fn pictures(world: &World, edit: &Edit) {
    for key in [edit.output_key(), edit.thumbnail_key()] {
        world.stack.put_object(&key, vec![9; 500], "image/jpeg").await;
    }
}

/// Everything that the table has below a partition key.
async fn rows(world: &World, pk: &str) -> Vec<String> {
    let asked = world.stack.dynamodb.query();
    let mut pages = asked
        .table_name(&world.stack.described.table)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", text(pk))
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(item) = pages.next().await {
        found.push(item.unwrap()["sk"].as_s().unwrap().clone());
    }
    found
}

/// Everything that the bucket has of the event.
async fn objects(world: &World) -> BTreeSet<String> {
    let asked = world.stack.s3.list_objects_v2();
    let mut pages = asked
        .bucket(&world.stack.described.bucket)
        .prefix(format!("events/{}/", world.event.slug))
        .into_paginator()
        .send();
    let mut found = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        found.extend(
            page.contents()
                .iter()
                .map(|object| object.key().unwrap().to_owned()),
        );
    }
    found
}

/// Runs until all is done, which one run may not do on a busy machine: what AWS does not answer in time is left to the
/// next. Returns the answer of the run if it was the only one, since several share what they count.
async fn prune(stack: &Stack, order: &Value) -> Option<Value> {
    for runs in 0..10 {
        let answer = invoke(stack, "prune", order).await;
        if answer["failed"] == 0 && answer["more"] == false {
            return Some(answer).filter(|_| runs == 0);
        }
    }
    panic!("ten runs were not enough for {order}");
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn what_has_had_its_time_goes_with_all_its_traces_and_nothing_else_does() {
    let _turn = TURN.lock().await;
    let stack = Stack::connect().await;
    let order = |pretend: bool| json!({ "pretend": pretend, "request_days": 90, "ledger_days": 365 });
    // What a test left behind that did not come to its end.
    prune(&stack, &order(false)).await;
    let world = World::new(&stack).await;
    listed(&world).await;
    let (old, young) = (days_ago(&world, 100), days_ago(&world, 80));
    let guest = format!("{:032x}", stack.cloud.random());
    let (old_photo, young_photo) = (photo(&world, old).await, photo(&world, young).await);
    let gone = finished(&world, &old_photo, old, &guest, "old").await;
    // The key is in use again, for an edit that stays.
    let reused = finished(&world, &old_photo, old, &guest, "reused").await;
    let kept = finished(&world, &young_photo, young, &guest, "young").await;
    reuse_key(&world, &guest, kept.id).await;
    // Old, but not over: it needs its photo, and nobody may touch either.
    let needed_photo = photo(&world, old).await;
    let under_way = admitted(&world, &needed_photo, old, &guest, "under way").await;
    hide_from_recovery(&world, &under_way).await;

    let rows_before = rows(&world, &format!("EVENT#{}", world.event.id)).await;
    let objects_before = objects(&world).await;
    let pretended = prune(&stack, &order(true)).await;
    assert_eq!(
        rows(&world, &format!("EVENT#{}", world.event.id)).await,
        rows_before
    );
    assert_eq!(
        objects(&world).await,
        objects_before,
        "pretending takes nothing away"
    );
    if let (Some(pretended), Some(pruned)) = (pretended, prune(&stack, &order(false)).await) {
        assert_eq!(pretended, pruned, "what was said is what was done");
        assert_eq!(
            (&pruned["requests"], &pruned["outputs"], &pruned["photos"]),
            (&json!(2), &json!(2), &json!(1)),
            "{pruned}"
        );
        assert!(pruned["under_way"].as_u64() >= Some(1), "{pruned}");
        assert_eq!(pruned["bytes"], 2 * 500 + 1_000);
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
    let expected: BTreeSet<String> = [
        kept.output_key(),
        kept.thumbnail_key(),
        young_photo.object_key,
        needed_photo.object_key,
    ]
    .into();
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
    // Once it is over, it goes like the others.
    let give_up = Step::Fail {
        code: domain::FailureCode::ProviderTimeout,
        detail: "too late".to_owned(),
        polls: 0,
        cost: None,
    };
    let ended = under_way.step(give_up, stack.cloud.now()).unwrap();
    stack.cloud.apply(&ended).await.unwrap();
    prune(&stack, &order(false)).await;
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

/// Recovery runs by itself, and would end what is so late.
async fn hide_from_recovery(world: &World, edit: &Edit) {
    let asked = world.stack.dynamodb.update_item();
    asked
        .table_name(&world.stack.described.table)
        .key("pk", text(&format!("EVENT#{}", edit.event_id)))
        .key("sk", text(&format!("EDIT#{}", edit.id.ulid())))
        .update_expression("REMOVE open_pk")
        .send()
        .await
        .unwrap();
}

/// The record of the key `reused` belongs to this edit by now.
async fn reuse_key(world: &World, guest: &str, edit: EditId) {
    let asked = world.stack.dynamodb.update_item();
    asked
        .table_name(&world.stack.described.table)
        .key("pk", text(&format!("IDEM#{guest}#reused")))
        .key("sk", text("META"))
        .update_expression("SET #record.edit_id = :edit")
        .expression_attribute_names("#record", "record")
        .expression_attribute_values(":edit", text(&edit.to_string()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_ledger_entry_inside_its_retention_is_never_touched() {
    let _turn = TURN.lock().await;
    let stack = Stack::connect().await;
    // What a test left behind that did not come to its end.
    prune(&stack, &json!({ "request_days": 90, "ledger_days": 365 })).await;
    let world = World::new(&stack).await;
    listed(&world).await;
    let guest = format!("{:032x}", stack.cloud.random());
    let times = [
        days_ago(&world, 420),
        days_ago(&world, 364),
        days_ago(&world, 120),
    ];
    let mut edits = Vec::new();
    for (index, at) in times.into_iter().enumerate() {
        let photo = photo(&world, at).await;
        edits.push(finished(&world, &photo, at, &guest, &format!("key {index}")).await);
    }
    // The edit is older than the ledger's retention, its entry is not: it waited for days.
    let late_photo = photo(&world, times[0]).await;
    let waited = admitted(&world, &late_photo, times[0], &guest, "waited").await;
    let give_up = Step::Fail {
        code: domain::FailureCode::ProviderTimeout,
        detail: "too late".to_owned(),
        polls: 0,
        cost: None,
    };
    let failed = waited.step(give_up, times[1]).unwrap();
    stack.cloud.apply(&failed).await.unwrap();

    let order = json!({ "request_days": 90, "ledger_days": 365 });
    if let Some(pruned) = prune(&stack, &order).await {
        assert_eq!(
            (&pruned["requests"], &pruned["ledger_entries"]),
            (&json!(4), &json!(1)),
            "{pruned}"
        );
    }
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
    assert!(
        months.contains(&format!("BUDGET#{}", edits[0].month)),
        "an entry is left: {months:?}"
    );

    // A year later: the month is empty, and its counters go with the last entry.
    prune(&stack, &json!({ "request_days": 90, "ledger_days": 200 })).await;
    let months = rows(&world, &format!("TENANT#{}", world.tenant.id)).await;
    assert!(
        !months.contains(&format!("BUDGET#{}", edits[0].month)),
        "{months:?}"
    );
    assert!(
        months.contains(&format!("BUDGET#{}", edits[2].month)),
        "{months:?}"
    );
    assert!(entries(&edits[2]).await);
}

#[tokio::test]
async fn a_run_that_is_killed_half_way_leaves_nothing_behind_once_it_is_repeated() {
    const EDITS: usize = 1_500;
    let _turn = TURN.lock().await;
    let stack = Stack::connect().await;
    let world = World::new(&stack).await;
    listed(&world).await;
    let guest = format!("{:032x}", stack.cloud.random());
    let (old, young) = (days_ago(&world, 100), days_ago(&world, 1));
    let old_photo = photo(&world, old).await;
    let sample = finished(&world, &old_photo, old, &guest, "first").await;
    let kept = finished(&world, &old_photo, young, &guest, "kept").await;
    many_like(&world, &sample, EDITS).await;
    let partition = format!("EVENT#{}", world.event.id);
    let count = || edits_of(&world, &partition);
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
            let (stack, order) = (stack.clone(), order.clone());
            tokio::spawn(async move { try_invoke(&stack, "prune", &order).await })
        };
        // One small read at a time: the run needs the emulator too.
        while !running.is_finished() && is_there(&world, &partition, &first).await {
            sleep(Duration::from_millis(10)).await;
        }
        let was_running = kill(&stack, "prune");
        if running.await.unwrap().0 && was_running {
            break;
        }
        // A run that found the emulator too busy gives up before it has taken anything away.
        let untouched = is_there(&world, &partition, &first).await;
        assert!(
            untouched && Instant::now() < patience,
            "no run could be killed half-way"
        );
    }
    let left = count().await;
    assert!((2..all).contains(&left), "half-way: {left} of {all}");
    // Pictures go first, rows last: no picture is left that no row tells of.
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

    prune(&stack, &order).await;
    assert_eq!(count().await, 1, "the young one");
    assert_eq!(world.stored(kept.id).await.status, Status::Succeeded);
    let expected: BTreeSet<String> = [kept.output_key(), kept.thumbnail_key()].into();
    assert_eq!(objects(&world).await, expected);
}

/// As many edits more, made in the same minute, each with its picture.
async fn many_like(world: &World, sample: &Edit, count: usize) {
    let edits: Vec<Edit> = (0..count)
        .map(|_| Edit {
            id: EditId::new(sample.created_at, world.stack.cloud.random()),
            output: None,
            ..sample.clone()
        })
        .collect();
    for batch in edits.chunks(25) {
        let writes = batch.iter().map(|edit| {
            let mut item: HashMap<String, AttributeValue> = serde_dynamo::to_item(edit).unwrap();
            item.insert("pk".to_owned(), text(&format!("EVENT#{}", edit.event_id)));
            item.insert("sk".to_owned(), text(&format!("EDIT#{}", edit.id.ulid())));
            item.insert(
                "status_pk".to_owned(),
                text(&format!("EVENT#{}#succeeded", edit.event_id)),
            );
            item.insert("status_sk".to_owned(), text(&edit.id.ulid()));
            let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        });
        let asked = world.stack.dynamodb.batch_write_item();
        let table = &world.stack.described.table;
        asked.request_items(table, writes.collect()).send().await.unwrap();
        // Every tenth has a picture: of the others it would only take longer.
        for edit in batch.iter().step_by(10) {
            pictures(world, edit).await;
        }
    }
}

async fn is_there(world: &World, pk: &str, sk: &str) -> bool {
    let asked = world.stack.dynamodb.get_item();
    let found = asked
        .table_name(&world.stack.described.table)
        .key("pk", text(pk))
        .key("sk", text(sk))
        .projection_expression("pk")
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    found.item.is_some()
}

async fn edits_of(world: &World, partition: &str) -> usize {
    let asked = world.stack.dynamodb.query();
    let mut pages = asked
        .table_name(&world.stack.described.table)
        .key_condition_expression("pk = :pk AND begins_with(sk, :edit)")
        .expression_attribute_values(":pk", text(partition))
        .expression_attribute_values(":edit", text("EDIT#"))
        .select(Select::Count)
        .consistent_read(true)
        .into_paginator()
        .send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += usize::try_from(page.unwrap().count).unwrap();
    }
    count
}

#[tokio::test]
async fn a_payload_that_is_not_understood_prunes_nothing() {
    let stack = Stack::connect().await;
    for (payload, named) in [
        (json!({ "pretnd": true }), "pretnd"),
        (json!({ "request_days": 0 }), "request_days"),
        (json!({ "ledger_days": -1 }), "ledger_days"),
    ] {
        let (failed, answer) = try_invoke(&stack, "prune", &payload).await;
        assert!(failed, "{payload}: {answer}");
        assert!(
            answer["errorMessage"].as_str().unwrap().contains(named),
            "{answer}"
        );
    }
}
