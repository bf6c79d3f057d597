//! `GET …/ai-edits`, `GET …/ai-edits/{aiEditRequest}` and the styles, as an organiser sees them.

use domain::settings::setting;
use serde_json::json;
use world::caller::of_event;
use world::deployed::logs;
use world::{Caller, Place, World, queue, settings, styles};

contract! {
    both {
        an_organiser_and_a_guest_see_the_same_queue_position,
        an_organiser_sees_prompt_provider_and_cost_and_a_guest_does_not,
        an_organisers_edit_goes_to_the_queue_of_the_setting,
        an_edit_held_by_the_kill_switch_waits_in_the_queue_of_the_setting,
    }
}

async fn an_organiser_sees_prompt_provider_and_cost_and_a_guest_does_not(place: Place) {
    let _settings = settings::defaults(&place).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": styles::fake("sync"), "prompt": "with falling snow" });
    let id = world.guest.create_edit(photo, &body).await.edit_id();
    let seen_by_guest = world.guest.wait(id).await;
    let path = format!("{}/ai-edits", of_event(&world));
    let one = organiser.get(&format!("{path}/{id}")).await;
    let edit = one.data(200);
    for (field, value) in [
        ("prompt", json!("with falling snow")),
        ("provider", json!("runware")),
        ("model", json!("fake:sync")),
        ("style_version", json!(1)),
        ("cost_micro_usd", json!(styles::COST)),
    ] {
        assert_eq!(edit[field], value, "{field}");
        assert!(seen_by_guest.get(field).is_none(), "{field}");
    }
    assert_eq!(edit["attempts"][0]["outcome"], json!("succeeded"));
    // A number of 64 bits, which JavaScript would round.
    let seed = world.stored(id).await.seed.unwrap();
    assert_eq!(edit["seed"], json!(seed.to_string()));
    let list = organiser.get(&path).await;
    let listed = &list.data(200)[0];
    for field in ["id", "status", "prompt", "cost_micro_usd", "completed_at"] {
        assert_eq!(listed[field], edit[field], "{field}");
    }
    for seen in [listed, edit] {
        let picture = world.guest.download(&seen["output"]["url"]).await;
        assert_eq!(seen["output"]["bytes"], json!(picture.len()));
    }
    let shown = organiser.get(&format!("{}/ai-styles", of_event(&world))).await;
    let shown = shown.data(200).as_array().unwrap();
    let by_key = |key: &str| shown.iter().find(|style| style["key"] == key).unwrap();
    assert_eq!(by_key(styles::OK)["allowed"], json!(true));
    assert_eq!(by_key(styles::LOCKED)["locked"], json!(true));
    assert_eq!(by_key(styles::INACTIVE)["allowed"], json!(false));
}

async fn an_organiser_and_a_guest_see_the_same_queue_position(place: Place) {
    let _settings = settings::alone(&place, &[(setting!(queue_auto_dispatch), "false")]).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let photo = world.photo("cat.jpg").await;
    let sync = styles::fake("sync");
    let ids = [
        world.guest.start(photo, &sync).await,
        world.guest.start(photo, &sync).await,
        world.guest.start(photo, &sync).await,
    ];
    let path = format!("{}/ai-edits", of_event(&world));
    // Newest first; the second page begins in the middle of the queue.
    let listed = organiser.pages(&path, 2).await;
    let places: Vec<_> = listed
        .iter()
        .map(|edit| edit["wait"]["position"].clone())
        .collect();
    assert_eq!(json!(places), json!([3, 2, 1]));
    for (id, place) in ids.iter().zip(1..) {
        let one = organiser.get(&format!("{path}/{id}")).await;
        assert_eq!(one.data(200)["wait"]["position"], json!(place));
        assert_eq!(
            world.guest.edit(*id).await.data(200)["wait"]["position"],
            json!(place)
        );
    }
    for id in ids {
        queue::submit(&world, id).await;
        world.guest.wait(id).await;
    }
}

async fn an_organisers_edit_goes_to_the_queue_of_the_setting(place: Place) {
    let standby = place.standby_queue_name();
    let _settings = settings::alone(&place, &[(setting!(queue_name), &standby)]).await;
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "photo_id": photo, "style_key": styles::fake("flaky") });
    let id = organiser.create_edit_once(&world, &body, "tap-1").await.edit_id();
    place.assert_waiting_in_standby();
    // The first attempt fails: the second goes through the same queue.
    let mut queues = Vec::new();
    let ended = async || {
        if let Some(memory) = place.in_process() {
            queues.extend(memory.waiting_in());
        }
        world.guest.edit(id).await.data(200)["wait"].is_null()
    };
    place.eventually("ended", ended).await;
    assert_eq!(world.stored(id).await.attempt, 2);
    assert!(
        queues.iter().all(|queue| queue == "poll" || *queue == standby),
        "{queues:?}"
    );
}

async fn an_edit_held_by_the_kill_switch_waits_in_the_queue_of_the_setting(place: Place) {
    let standby = place.standby_queue_name();
    let changes = [
        (setting!(queue_name), standby.as_str()),
        (setting!(queue_auto_dispatch), "false"),
    ];
    let mut settings = settings::alone(&place, &changes).await;
    let world = World::new(&place).await;
    let photo = world.photo("cat.jpg").await;
    let held = world.guest.start(photo, &styles::fake("sync")).await;
    settings.change(setting!(is_enabled), "false").await;
    queue::submit(&world, held).await;
    match place.is_deployed() {
        true => logs::until_handled(&place, "process-edit", held, 1).await,
        false => place.handle_due_messages().await,
    }
    assert_eq!(world.stored(held).await.attempt, 0);
    place.assert_waiting_in_standby();
    settings.change(setting!(is_enabled), "true").await;
    assert_eq!(world.guest.wait(held).await["status"], "succeeded");
}
