//! `GET …/export`: everything of an event to take home.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use world::caller::of_event;
use world::reply::text;
use world::{Caller, Place, World, settings, styles};

contract! {
    in_memory {
        an_export_goes_on_where_it_stopped,
    }
    both {
        an_export_names_every_finished_picture_and_nothing_else,
    }
}

fn export(world: &World) -> String {
    format!("{}/export", of_event(world))
}

async fn an_export_names_every_finished_picture_and_nothing_else(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let mut edits = Vec::new();
    for outcome in ["sync", "rejected", "sync"] {
        let edit = world.guest.start(photo, &styles::fake(outcome)).await;
        world.guest.wait(edit).await;
        edits.push(edit);
    }
    let organiser = Caller::organiser(&world).await;
    let reply = organiser.get(&export(&world)).await;
    let entries = reply.data(200).as_array().unwrap();
    let ids: Vec<_> = entries.iter().map(|entry| entry["id"].clone()).collect();
    assert_eq!(ids, [json!(edits[0]), json!(edits[2])], "oldest first");
    for entry in entries {
        let picture = world.guest.download(&entry["url"]).await;
        assert_eq!(entry["bytes"], json!(picture.len()));
        assert_eq!(entry["sha256"], json!(HEXLOWER.encode(&Sha256::digest(&picture))));
        let name = text(&entry["name"]);
        let id = text(&entry["id"]).strip_prefix("edit_").unwrap();
        assert!(
            name.ends_with(&format!("_{}_{id}.jpg", styles::fake("sync"))),
            "{name}"
        );
        assert_eq!(name.as_bytes()[10], b'_', "{name}");
        let ends: jiff::Timestamp = text(&entry["expires_at"]).parse().unwrap();
        assert!(ends > place.now());
    }
}

async fn an_export_goes_on_where_it_stopped(place: Place) {
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let mut edits = BTreeSet::new();
    let mut make = async || {
        let edit = world.guest.start(photo, &styles::fake("sync")).await;
        world.guest.wait(edit).await;
        edits.insert(edit.to_string());
    };
    for _ in 0..5 {
        make().await;
    }
    let organiser = Caller::organiser(&world).await;
    let page = organiser.get(&format!("{}?limit=2", export(&world))).await;
    let mut found: Vec<Value> = page.data(200).as_array().unwrap().clone();
    // Days later, with more pictures, and after a restart of everything: only the cursor is left.
    make().await;
    let mut cursor = page.body["meta"]["next_cursor"].clone();
    while let Value::String(next) = &cursor {
        let page = organiser
            .get(&format!("{}?limit=2&cursor={next}", export(&world)))
            .await;
        found.extend(page.data(200).as_array().unwrap().iter().cloned());
        cursor = page.body["meta"]["next_cursor"].clone();
    }
    let ids: Vec<_> = found.iter().map(|entry| text(&entry["id"]).to_owned()).collect();
    assert_eq!(ids.len(), 6, "each once");
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), edits);
    let names: BTreeSet<_> = found.iter().map(|entry| text(&entry["name"])).collect();
    assert_eq!(names.len(), 6);
}
