//! Dead letters, recovery and breakers on the operator's command line.

use domain::Status;
use domain::settings::Setting;
use serde_json::json;
use world::deployed::command_line::magic_edits;
use world::{Books, Place, World, queue, settings, styles};

use super::*;

contract! {
    deployed {
        a_dead_letter_is_shown_and_a_redrive_finishes_its_edit,
        a_redrive_returns_a_poll_message_to_the_poll_queue,
        recovery_on_the_command_line_looks_first_and_acts_on_demand,
        a_breaker_is_pinned_and_released,
    }
}

async fn a_dead_letter_is_shown_and_a_redrive_finishes_its_edit(place: Place) {
    let _settings = settings::alone(&place, &[(Setting::QueueAutoDispatch, "false")]).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    let dead = format!("{}-dead", place.stack().described.submit_queue_url);
    place.stack().purge(&dead).await;
    let letters = [
        queue::submit_body(&world, id),
        queue::submit_body(&world, id),
        "not ours".to_owned(),
    ];
    place.stack().send_messages(&dead, &letters).await;

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

    let before = place
        .stack()
        .messages(&place.stack().described.submit_queue_url)
        .await;
    let ran = magic_edits(&["dlq", "redrive", "submit", "--json"]).await;
    let redriven = ran.json();
    assert_eq!((ran.code, &redriven["sent"]), (1, &json!(2)), "{redriven}");
    let unreadable = redriven["unreadable"].as_u64().unwrap();
    assert!(unreadable >= 1, "{redriven}");
    assert_painted_once(&world, id).await;
    place
        .stack()
        .until_handled(&place.stack().described.submit_queue_url, before)
        .await;
    assert_eq!(Books::of(&world).await.ledger.len(), 1);
    assert!(
        u64::from(place.stack().messages(&dead).await.visible) >= unreadable,
        "what cannot be read stays"
    );
    place.stack().purge(&dead).await;
    let ran = magic_edits(&["dlq", "list", "--json"]).await;
    let left = ran
        .json()
        .as_array()
        .unwrap()
        .iter()
        .any(|row| row["messages"] != 0);
    assert_eq!(ran.code, i32::from(left), "{ran:?}");
}

async fn a_redrive_returns_a_poll_message_to_the_poll_queue(place: Place) {
    let live = Live::alone(&place, None).await;
    let world = World::new(&place).await;
    let id = forgotten(&live, &world, Behaviour::default().processing(0)).await;
    let dead = format!("{}-dead", place.stack().described.poll_queue_url);
    place
        .stack()
        .send_messages(&dead, &[queue::poll_body(&world, id, 1)])
        .await;
    let ran = magic_edits(&["dlq", "redrive", "poll", "--json"]).await;
    let redriven = ran.json();
    assert_eq!(redriven["sent"], 1, "{ran:?}");
    assert_eq!(ran.code, i32::from(redriven["unreadable"] != 0), "{ran:?}");
    live.assert_delivered_once(&world, id, 1).await;
}

async fn recovery_on_the_command_line_looks_first_and_acts_on_demand(place: Place) {
    let world = World::new(&place).await;
    let (id, mut settings) = lost(&place, &world, &styles::fake("sync")).await;
    let edit = id.to_string();
    // In a pipe the rows are tab-separated.
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

    settings.change(Setting::QueueName, "no-such-queue").await;
    let ran = magic_edits(&["recover-stuck", "--minutes", "0", "--requeue", "--json"]).await;
    assert_eq!((ran.code, action_on(&ran.json(), id).0), (1, "error"), "{ran:?}");
    let own = place
        .stack()
        .described
        .submit_queue_url
        .rsplit('/')
        .next()
        .unwrap();
    settings.change(Setting::QueueName, own).await;

    let ran = magic_edits(&["recover-stuck", "--minutes", "0", "--requeue", "--json"]).await;
    assert_eq!(
        (ran.code, action_on(&ran.json(), id).0),
        (0, "requeue"),
        "{ran:?}"
    );
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
    assert_eq!(
        (ran.code, action_on(&ran.json(), id).0),
        (0, "skipped"),
        "{ran:?}"
    );
}

async fn a_breaker_is_pinned_and_released(place: Place) {
    let _settings = settings::alone(&place, &[]).await;
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
