//! `GET /api/v1/events/{token}/gallery`

use cloud::Call;
use domain::EditId;
use reqwest::Method;
use serde_json::{Value, json};
use world::caller::of_event;
use world::reply::text;
use world::{Caller, Guest, Place, World, settings, styles};

contract! {
    in_memory {
        an_approval_lasts_whatever_the_gallery_becomes_meanwhile,
        a_hidden_edit_comes_back_by_showing_it_and_not_by_approving_it,
        hiding_and_deleting_do_not_wait_for_the_index,
        what_is_hidden_while_somebody_approves_it_stays_hidden,
        an_edit_that_is_approved_while_the_gallery_is_read_is_shown_once,
        pages_of_the_gallery_mix_approved_and_unreviewed_edits_newest_first,
    }
    both {
        the_gallery_shows_what_its_policy_says_at_once_and_for_old_edits_too,
    }
}

async fn set(organiser: &Caller, world: &World, gallery: &str) {
    let path = format!("{}/ai-settings", of_event(world));
    organiser
        .patch(&path, &json!({ "gallery": gallery }))
        .await
        .data(200);
}

async fn shown(guest: &Guest) -> Vec<String> {
    let reply = guest.get("/gallery").await;
    let edits = reply.data(200).as_array().unwrap();
    edits.iter().map(|edit| text(&edit["id"]).to_owned()).collect()
}

/// Waits until the gallery shows these: the index follows the table a moment later.
async fn shows(world: &World, expected: &[EditId]) {
    let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
    let name = format!("gallery {expected:?}");
    world
        .place
        .eventually(&name, async || shown(&world.guest).await == expected)
        .await;
}

async fn says(organiser: &Caller, world: &World, id: EditId, word: &str) -> Value {
    let path = format!("{}/ai-edits/{id}/{word}", of_event(world));
    let reply = organiser.post(&path, &json!({})).await;
    let edit = reply.data(200);
    if edit["status"] == "succeeded" {
        // The organiser sees what this is about.
        assert!(!world.guest.download(&edit["output"]["url"]).await.is_empty());
    }
    edit["gallery"].clone()
}

async fn finished(world: &World) -> EditId {
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    id
}

async fn the_gallery_shows_what_its_policy_says_at_once_and_for_old_edits_too(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let old = finished(&world).await;
    shows(&world, &[]).await;
    set(&organiser, &world, "open").await;
    shows(&world, &[old]).await;
    let other = world.another_guest();
    let page = other.get("/gallery").await;
    let edit = &page.data(200)[0];
    assert_eq!(edit["style_key"], styles::fake("sync"));
    assert!(edit["width"].as_u64() > Some(0) && edit["expires_at"].is_string());
    assert!(!other.download(&edit["thumbnail_url"]).await.is_empty());
    set(&organiser, &world, "reviewed").await;
    assert_eq!(shown(&other).await, [""; 0], "nobody has approved it");
    assert_eq!(says(&organiser, &world, old, "approve").await, "shown");
    shows(&world, &[old]).await;
    assert_eq!(says(&organiser, &world, old, "hide").await, "hidden");
    assert_eq!(shown(&other).await, [""; 0], "hiding does not wait for the index");
    assert_eq!(says(&organiser, &world, old, "show").await, "shown");
    shows(&world, &[old]).await;
    set(&organiser, &world, "off").await;
    assert_eq!(shown(&other).await, [""; 0]);
}

async fn an_approval_lasts_whatever_the_gallery_becomes_meanwhile(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let (approved, unreviewed) = (finished(&world).await, finished(&world).await);
    for (gallery, expected) in [
        ("reviewed", vec![]),
        ("open", vec![unreviewed, approved]),
        ("reviewed", vec![]),
    ] {
        set(&organiser, &world, gallery).await;
        shows(&world, &expected).await;
    }
    says(&organiser, &world, approved, "approve").await;
    for (gallery, expected) in [
        ("reviewed", vec![approved]),
        ("open", vec![unreviewed, approved]),
        ("off", vec![]),
        ("reviewed", vec![approved]),
    ] {
        set(&organiser, &world, gallery).await;
        shows(&world, &expected).await;
    }
    let list = organiser.get(&format!("{}/ai-edits", of_event(&world))).await;
    let states: Vec<_> = list
        .data(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| &edit["gallery"])
        .collect();
    assert_eq!(states, ["awaiting_review", "shown"]);
}

async fn hiding_and_deleting_do_not_wait_for_the_index(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    set(&organiser, &world, "open").await;
    let (one, other) = (finished(&world).await, finished(&world).await);
    shows(&world, &[other, one]).await;
    let table = &place.memory().twin.table;
    table.fall_behind();
    assert_eq!(says(&organiser, &world, one, "hide").await, "hidden");
    assert_eq!(shown(&world.guest).await, [other.to_string()]);
    let path = format!("/ai-edits/{other}");
    assert_eq!(world.guest.send(Method::DELETE, &path).await.status, 204);
    assert_eq!(shown(&world.guest).await, [""; 0]);
    table.catch_up();
    assert_eq!(shown(&world.guest).await, [""; 0]);
}

/// Lets one review read the edit, and write only after the other review is done.
async fn overtaken(organiser: &Caller, world: &World, id: EditId, word: &str, meanwhile: &str) {
    let item = format!("EVENT#{}/EDIT#{}", world.event.id, id.ulid());
    let held = world
        .place
        .memory()
        .twin
        .faults
        .hold(Call::TransactWriteItems, &item);
    let rest = async {
        held.reached().await;
        says(organiser, world, id, meanwhile).await;
        held.release();
    };
    futures::future::join(says(organiser, world, id, word), rest).await;
}

async fn what_is_hidden_while_somebody_approves_it_stays_hidden(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    set(&organiser, &world, "reviewed").await;
    let id = finished(&world).await;
    overtaken(&organiser, &world, id, "approve", "hide").await;
    assert_eq!(shown(&world.guest).await, [""; 0]);
    let edit = organiser
        .get(&format!("{}/ai-edits/{id}", of_event(&world)))
        .await;
    assert_eq!(edit.data(200)["gallery"], "hidden");
    overtaken(&organiser, &world, id, "show", "approve").await;
    shows(&world, &[id]).await;
    overtaken(&organiser, &world, id, "hide", "approve").await;
    assert_eq!(shown(&world.guest).await, [""; 0]);
}

async fn an_edit_that_is_approved_while_the_gallery_is_read_is_shown_once(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    set(&organiser, &world, "open").await;
    let id = finished(&world).await;
    // It is read among those that nobody has said anything about, and then among the approved ones.
    let held = place.memory().twin.faults.hold(Call::Query, "#approved");
    let rest = async {
        held.reached().await;
        says(&organiser, &world, id, "approve").await;
        held.release();
    };
    let (found, ()) = futures::future::join(shown(&world.guest), rest).await;
    assert_eq!(found, [id.to_string()]);
    assert_eq!(place.memory().twin.invalid_requests(), [""; 0]);
}

async fn a_hidden_edit_comes_back_by_showing_it_and_not_by_approving_it(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    set(&organiser, &world, "reviewed").await;
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    // Before anybody has seen the picture, it can be hidden, but not approved.
    let approve = format!("{}/ai-edits/{id}/approve", of_event(&world));
    organiser
        .post(&approve, &json!({}))
        .await
        .problem(409, "edit_not_succeeded");
    assert_eq!(says(&organiser, &world, id, "hide").await, "hidden");
    assert_eq!(world.guest.wait(id).await["status"], "succeeded");
    assert_eq!(says(&organiser, &world, id, "approve").await, "hidden");
    shows(&world, &[]).await;
    assert_eq!(says(&organiser, &world, id, "show").await, "shown");
    shows(&world, &[id]).await;
    let audit = organiser.get("/tenant/audit").await;
    let actions: Vec<&str> = audit
        .data(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| text(&entry["action"]))
        .collect();
    assert_eq!(actions[..2], ["edit_shown", "edit_hidden"]);
    assert_eq!(audit.data(200)[0]["target"], json!(id));
}

async fn pages_of_the_gallery_mix_approved_and_unreviewed_edits_newest_first(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    set(&organiser, &world, "open").await;
    let mut expected = Vec::new();
    for number in 0..7 {
        let id = finished(&world).await;
        if number % 3 == 0 {
            says(&organiser, &world, id, "approve").await;
        }
        expected.insert(0, id.to_string());
    }
    let (mut seen, mut path) = (Vec::new(), "/gallery?limit=2".to_owned());
    loop {
        let reply = world.guest.get(&path).await;
        seen.extend(
            reply
                .data(200)
                .as_array()
                .unwrap()
                .iter()
                .map(|edit| text(&edit["id"]).to_owned()),
        );
        let Value::String(cursor) = &reply.body["meta"]["next_cursor"] else {
            break;
        };
        path = format!("/gallery?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, expected);
}
