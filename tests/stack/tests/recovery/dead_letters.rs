//! Messages that the workers gave up on, and the operator's command line.

use domain::Status;
use domain::settings::setting;
use serde_json::json;
use stack_tests::command_line::magic_edits;
use stack_tests::{Books, Stack, World, queue, settings, styles};

use super::*;

#[tokio::test]
async fn a_dead_letter_is_shown_stays_and_sent_back_brings_its_edit_to_an_end() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = World::new(&stack).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    let dead = format!("{}-dead", stack.described.submit_queue_url);
    queue::purge(&stack, &dead).await;
    let letters = [
        queue::submit_body(&world, id),
        queue::submit_body(&world, id),
        "not ours".to_owned(),
    ];
    queue::send(&stack, &dead, &letters).await;

    let ran = magic_edits(&["dlq", "list", "--json"]).await;
    assert_eq!(ran.code, 1, "there is something to do: {ran:?}");
    let listed = ran.json();
    // Other tests leave dead letters too.
    assert_eq!(listed[0]["queue"], "submit");
    assert!(listed[0]["messages"].as_u64() >= Some(3), "{listed}");
    for _ in 0..2 {
        let ran = magic_edits(&["dlq", "show", "submit", "--json"]).await;
        let shown = ran.json();
        let shown = shown.as_array().unwrap();
        assert!(
            ran.code == 0 && shown.len() >= 3,
            "looking takes nothing away: {ran:?}"
        );
        let about: Vec<_> = shown
            .iter()
            .filter(|letter| letter["edit_id"] == json!(id))
            .collect();
        assert_eq!(about.len(), 2, "{ran:?}");
        assert_eq!(about[0]["edit_status"], "queued");
    }

    let before = queue::waiting(&stack, &stack.described.submit_queue_url).await;
    let ran = magic_edits(&["dlq", "redrive", "submit", "--json"]).await;
    let redriven = ran.json();
    assert_eq!((ran.code, &redriven["sent"]), (1, &json!(2)), "{redriven}");
    let unreadable = redriven["unreadable"].as_u64().unwrap();
    assert!(unreadable >= 1, "{redriven}");
    assert_painted_once(&world, id).await;
    queue::done(&stack, &stack.described.submit_queue_url, before).await;
    assert_eq!(Books::of(&world).await.ledger.len(), 1);
    assert!(
        u64::from(queue::waiting(&stack, &dead).await.visible) >= unreadable,
        "what cannot be read stays"
    );
    queue::purge(&stack, &dead).await;
    let ran = magic_edits(&["dlq", "list", "--json"]).await;
    let left = ran
        .json()
        .as_array()
        .unwrap()
        .iter()
        .any(|row| row["messages"] != 0);
    assert_eq!(ran.code, i32::from(left), "{ran:?}");
}

#[tokio::test]
async fn a_poll_message_goes_back_to_the_poll_queue() {
    let stack = Stack::connect().await;
    let live = Live::alone(&stack, None).await;
    let world = World::new(&stack).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(0)).await;
    let dead = format!("{}-dead", stack.described.poll_queue_url);
    queue::send(&stack, &dead, &[queue::poll_body(&world, id, 1)]).await;
    let ran = magic_edits(&["dlq", "redrive", "poll", "--json"]).await;
    let redriven = ran.json();
    assert_eq!(redriven["sent"], 1, "{ran:?}");
    assert_eq!(ran.code, i32::from(redriven["unreadable"] != 0), "{ran:?}");
    live.assert_delivered_once(&world, id, 1).await;
}

#[tokio::test]
async fn operators_look_first_and_act_then() {
    let stack = Stack::connect().await;
    let world = World::new(&stack).await;
    let (id, mut settings) = lost(&stack, &world, &styles::fake("sync")).await;
    let edit = id.to_string();
    // Tab-separated rows for other programs.
    let ran = magic_edits(&["recover-stuck", "--minutes", "0"]).await;
    let row = ran
        .out
        .lines()
        .find(|line| line.starts_with(&edit))
        .map(str::to_owned);
    let cells: Vec<_> = row
        .as_deref()
        .unwrap_or_default()
        .split('\t')
        .map(str::trim)
        .collect();
    assert_eq!(
        (ran.code, cells.get(1), cells.get(3)),
        (1, Some(&"queued"), Some(&"requeue")),
        "something is stuck: {ran:?}"
    );
    assert_eq!(
        world.stored(id).await.status,
        Status::Queued,
        "a dry run is what is not asked for otherwise"
    );
    assert_eq!(
        magic_edits(&["recover-stuck", "--requeue", "--fail"]).await.code,
        2
    );

    settings.change(setting!(queue_name), "no-such-queue").await;
    let ran = magic_edits(&["recover-stuck", "--minutes", "0", "--requeue", "--json"]).await;
    assert_eq!((ran.code, said(&ran.json(), id).0), (1, "error"), "{ran:?}");
    let own = stack.described.submit_queue_url.rsplit('/').next().unwrap();
    settings.change(setting!(queue_name), own).await;

    let ran = magic_edits(&["recover-stuck", "--minutes", "0", "--requeue", "--json"]).await;
    assert_eq!((ran.code, said(&ran.json(), id).0), (0, "requeue"), "{ran:?}");
    assert_painted_once(&world, id).await;
    let ran = magic_edits(&["recover-stuck", "--minutes", "0", "--json"]).await;
    assert_eq!(ran.code, i32::from(ran.json()["matched"] != 0), "{ran:?}");
    let ran = magic_edits(&["dispatch", "--limit", "3", "--json"]).await;
    assert_eq!(
        (ran.code, ran.json()["matched"] == ran.json()["sent"]),
        (0, true),
        "{ran:?}"
    );
    let event = world.event.id.as_str();
    let ran = magic_edits(&[
        "backfill-storage",
        "--request-id",
        &edit,
        "--event",
        event,
        "--json",
    ])
    .await;
    assert_eq!((ran.code, said(&ran.json(), id).0), (0, "skipped"), "{ran:?}");
}

#[tokio::test]
async fn a_breaker_is_pinned_and_left_to_itself_again() {
    let stack = Stack::connect().await;
    let _settings = settings::alone(&stack, &[]).await;
    for (asked, state) in [
        ("open", "open, pinned"),
        ("close", "closed, pinned"),
        ("reset", "closed"),
    ] {
        let ran = magic_edits(&["breaker", asked, "fal"]).await;
        assert_eq!(
            (ran.code, ran.out.trim()),
            (0, format!("fal: {state}").as_str()),
            "{ran:?}"
        );
        let listed = magic_edits(&["breaker", "list"]).await;
        assert!(listed.out.contains(&format!("fal\t{state}\t")), "{listed:?}");
    }
}
