//! What an organiser sees, as an operator sees it: events, links, pictures, usage, and the audit.

use std::fs;

use domain::EditId;
use serde_json::{Value, json};
use world::deployed::command_line::{Ran, magic_edits};
use world::deployed::logs;
use world::reply::text;
use world::{Guest, Place, World, settings, styles, unique};

contract! {
    deployed {
        a_download_fetches_only_what_the_folder_does_not_hold,
        links_are_made_listed_and_revoked,
        events_usage_and_audit_are_shown_as_tables_and_as_json,
    }
}

async fn finished(world: &World, count: usize) -> Vec<EditId> {
    let photo = world.photo("cat.jpg").await;
    let mut edits = Vec::new();
    for _ in 0..count {
        let edit = world.guest.start(photo, &styles::fake("sync")).await;
        assert_eq!(world.guest.wait(edit).await["status"], "succeeded");
        edits.push(edit);
    }
    edits
}

async fn of_event(world: &World, command: &str, more: &[&str]) -> Ran {
    let event = [
        "event",
        command,
        world.event.slug.as_str(),
        "--tenant",
        world.tenant.id.as_str(),
    ];
    let arguments: Vec<&str> = ["--json"].iter().chain(&event).chain(more).copied().collect();
    magic_edits(&arguments).await
}

async fn a_download_fetches_only_what_the_folder_does_not_hold(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let edits = finished(&world, 3).await;
    let folder = std::env::temp_dir().join(format!("pictures-{}", unique(&place)));
    let folder_name = folder.to_str().unwrap();
    let counts = async || {
        let ran = of_event(&world, "download", &[folder_name]).await;
        assert_eq!(ran.code, 0, "{ran:?}");
        let done = ran.json();
        (done["fetched"].clone(), done["already_there"].clone())
    };
    assert_eq!(counts().await, (json!(3), json!(0)));
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names.len(), 3);
    for edit in &edits {
        assert!(
            names
                .iter()
                .any(|name| name.ends_with(&format!("_{}.jpg", edit.ulid()))),
            "{names:?}"
        );
    }
    assert_eq!(counts().await, (json!(0), json!(3)), "nothing is fetched twice");
    // One is gone, and one broke off: both come again, and the third stays.
    fs::remove_file(folder.join(&names[0])).unwrap();
    let whole = fs::read(folder.join(&names[1])).unwrap();
    fs::write(folder.join(&names[1]), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(counts().await, (json!(2), json!(1)));
    assert_eq!(fs::read(folder.join(&names[1])).unwrap(), whole);
    fs::remove_dir_all(&folder).unwrap();
}

async fn links_are_made_listed_and_revoked(place: Place) {
    let world = World::new(&place).await;
    let made = of_event(&world, "links", &["--create", "--label", "Door"])
        .await
        .json();
    let token = text(&made["token"]).to_owned();
    logs::keep_out(&token);
    let guest = Guest::new(&place, &token, None);
    guest.get("").await.data(200);
    let listed = of_event(&world, "links", &[]).await.json();
    assert_eq!(
        (&listed[0]["id"], &listed[0]["label"]),
        (&made["id"], &json!("Door"))
    );
    let revoked = of_event(&world, "links", &["--revoke", text(&made["id"])]).await;
    assert_eq!(revoked.code, 0, "{revoked:?}");
    guest.get("").await.problem(404, "event_not_found");
    let again = of_event(&world, "links", &["--revoke", text(&made["id"])]).await;
    assert_eq!(again.code, 2, "{again:?}");
}

async fn events_usage_and_audit_are_shown_as_tables_and_as_json(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    finished(&world, 1).await;
    of_event(&world, "links", &["--create"]).await;
    let tenant = world.tenant.id.as_str();
    let shown = async |arguments: &[&str]| -> (Value, String) {
        let arguments: Vec<&str> = arguments.iter().chain(&["--tenant", tenant]).copied().collect();
        let plain = magic_edits(&arguments).await;
        assert_eq!(plain.code, 0, "{plain:?}");
        let json = [&["--json"], &arguments[..]].concat();
        (magic_edits(&json).await.json(), plain.out)
    };
    let (events, table) = shown(&["event", "list"]).await;
    assert_eq!(
        (&events[0]["id"], &events[0]["succeeded"]),
        (&json!(world.event.id), &json!(1))
    );
    assert!(table.starts_with(&format!("{}\t", world.event.slug)), "{table}");
    let (usage, table) = shown(&["usage"]).await;
    assert_eq!(usage["spent_micro_usd"], styles::COST);
    assert!(
        table.contains(&format!("\t{}\t1\t1\t$0.0400", styles::fake("sync"))),
        "{table}"
    );
    let (before, _) = shown(&["usage", "--month", "2020-01"]).await;
    assert_eq!(
        (&before["month"], &before["events"]),
        (&json!("2020-01"), &json!([]))
    );
    let (audit, table) = shown(&["audit"]).await;
    assert_eq!(
        (&audit[0]["action"], &audit[0]["actor"]["kind"]),
        (&json!("link_created"), &json!("operator"))
    );
    assert!(table.contains("\tlink_created\t"), "{table}");
}
