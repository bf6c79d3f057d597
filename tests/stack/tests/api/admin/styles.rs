//! A used style can be switched off but not deleted.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use world::caller::of_event;
use world::unique;
use world::{Caller, Place, World};

contract! {
    in_memory {
        a_used_style_can_be_switched_off_but_not_deleted,
        a_style_just_saved_can_be_used_at_once,
        a_style_that_nobody_knows_is_looked_for_once_a_second,
        many_at_once_who_name_an_unknown_style_are_told_so,
        texts_for_people_hold_no_hidden_character,
    }
    both {
        an_allowed_style_cannot_be_deleted_and_an_unused_one_can,
    }
}

fn style(is_active: bool) -> Value {
    json!({
        "name": "Of one test", "description": "Erased by its test.", "provider": "runware",
        "provider_model": "fake:sync", "prompt_template": "of one test, {prompt}",
        "estimated_cost_micro_usd": 1_000, "is_active": is_active, "sort": 950,
    })
}

async fn made(place: &Place, admin: &Caller) -> (String, String) {
    let key = format!("style-{}", unique(place));
    let path = format!("/admin/ai-styles/{key}");
    admin.put(&path, &style(true)).await;
    (key, path)
}

async fn a_used_style_can_be_switched_off_but_not_deleted(place: Place) {
    let admin = Caller::superadmin(&place);
    let world = World::new(&place).await;
    let (key, path) = made(&place, &admin).await;
    let photo = world.photo("cat.jpg").await;
    let body = json!({ "style_key": key });
    let id = world.guest.create_edit(photo, &body).await.edit_id();
    admin.delete(&path).await.problem(409, "in_use");
    world.guest.wait(id).await;
    admin.delete(&path).await.problem(409, "in_use");

    let off = admin.put(&path, &style(false)).await;
    assert_eq!((&off["is_active"], &off["version"]), (&json!(false), &json!(2)));
    world
        .guest
        .create_edit(photo, &body)
        .await
        .problem(403, "style_not_allowed");
    // The edit keeps the version that it was made with.
    assert_eq!(world.stored(id).await.style_version, Some(1));
    admin.delete(&path).await.problem(409, "in_use");
}

async fn an_allowed_style_cannot_be_deleted_and_an_unused_one_can(place: Place) {
    let admin = Caller::superadmin(&place);
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let ((listed, listed_path), (_, unused_path)) = (made(&place, &admin).await, made(&place, &admin).await);
    let settings = format!("{}/ai-settings", of_event(&world));
    let change = json!({ "allowed_style_keys": [listed] });
    organiser.patch(&settings, &change).await.data(200);
    admin.delete(&listed_path).await.problem(409, "in_use");
    assert_eq!(admin.delete(&unused_path).await.status, 204);
    admin.get(&unused_path).await.problem(404, "not_found");
    admin.delete(&unused_path).await.problem(404, "not_found");
    admin.put(&listed_path, &style(false)).await;
}

/// The place as a warm environment on AWS sees it: what it has read, it keeps for 20 s.
fn warm(place: &Place) -> Place {
    let mut warm = place.clone();
    warm.cloud = place.memory().twin.cloud(Duration::from_secs(20));
    warm
}

async fn a_style_just_saved_can_be_used_at_once(place: Place) {
    let admin = Caller::superadmin(&place);
    let world = World::new(&warm(&place)).await;
    let organiser = Caller::organiser(&world).await;
    let photo = world.photo("cat.jpg").await;
    world.guest.get("/ai-styles").await.data(200);
    // Saved by another environment, while this one holds the list.
    let (key, path) = made(&place, &admin).await;
    let body = json!({ "style_key": key });
    let id = world.guest.create_edit(photo, &body).await.edit_id();
    world.guest.wait(id).await;
    // The same holds of one that is switched off and on again, and of an organiser's list.
    admin.put(&path, &style(false)).await;
    place.pass(SignedDuration::from_secs(21)).await;
    let refused = world.guest.create_edit(photo, &body).await;
    refused.problem(403, "style_not_allowed");
    admin.put(&path, &style(true)).await;
    let (listed, _) = made(&place, &admin).await;
    let change = json!({ "allowed_style_keys": [listed, key] });
    let settings = format!("{}/ai-settings", of_event(&world));
    organiser.patch(&settings, &change).await.data(200);
    let id = world.guest.create_edit(photo, &body).await.edit_id();
    world.guest.wait(id).await;
}

async fn a_style_that_nobody_knows_is_looked_for_once_a_second(place: Place) {
    let world = World::new(&warm(&place)).await;
    let photo = world.photo_without_file().await;
    let twin = &place.memory().twin;
    twin.forget_operations();
    let body = json!({ "style_key": "no-such-style" });
    // Whoever comes within a second of a look waits for the next one.
    let begun = place.now();
    for _ in 0..10 {
        let reply = world.guest.create_edit(photo, &body).await;
        assert_eq!(reply.pointers(), ["/style_key"]);
    }
    assert_eq!(twin.calls()["dynamodb.Query"], 10);
    assert!(place.now() >= begun + SignedDuration::from_secs(9));
}

async fn many_at_once_who_name_an_unknown_style_are_told_so(place: Place) {
    let body = json!({ "style_key": "no-such-style" });
    let twin = &place.memory().twin;
    // With what a warm environment keeps, and with nothing kept, as the worlds of the tests are.
    for (place, slow) in [
        (warm(&place), false),
        (place.clone(), false),
        (warm(&place), true),
        (place.clone(), true),
    ] {
        let world = World::new(&place).await;
        let photo = world.photo_without_file().await;
        let asked = (0..10).map(|tap| {
            let guest = world.another_guest();
            place.send(guest.call_to_edit(photo, &body, &format!("tap-{tap}")))
        });
        let asked = futures::future::join_all(asked);
        let replies = if slow {
            twin.calls_take(|_| Duration::from_millis(300));
            twin.simulate(asked)
        } else {
            asked.await
        };
        for reply in replies {
            assert_eq!(reply.pointers(), ["/style_key"]);
        }
    }
}

async fn texts_for_people_hold_no_hidden_character(place: Place) {
    let admin = Caller::superadmin(&place);
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let (_, path) = made(&place, &admin).await;
    for (field, text) in [
        ("name", "a\0b"),
        ("name", "a\r\nb"),
        ("name", "\u{202E}koob"),
        ("description", "a\u{1B}[2J"),
        ("prompt_template", "a\u{2067}b"),
        ("negative_prompt_template", "a\u{E0041}b"),
        ("provider_model", "fake:ok\n"),
    ] {
        let mut wrong = style(true);
        wrong[field] = json!(text);
        let reply = admin.send(reqwest::Method::PUT, &path, &wrong).await;
        assert_eq!(reply.pointers(), [format!("/{field}")], "{text:?}");
    }
    for (path, mut body) in [
        ("/admin/packages/p-hidden", json!({ "features": [] })),
        ("/admin/tenants/t-hidden", json!({})),
        (
            "/admin/events/e-hidden",
            json!({ "tenant_id": world.tenant.id, "slug": "hidden" }),
        ),
        ("/admin/addons/a-hidden", json!({ "currency": "EUR" })),
    ] {
        body["name"] = json!("Anna\u{202E}");
        let reply = admin.send(reqwest::Method::PUT, path, &body).await;
        assert_eq!(reply.pointers(), ["/name"], "{path}");
    }
    let settings = format!("{}/ai-settings", of_event(&world));
    let change = json!({ "policy_message": "Not\u{202E} tonight." });
    assert_eq!(
        organiser.patch(&settings, &change).await.pointers(),
        ["/policy_message"]
    );
    let change = json!({ "status_message": "Back\u{7} at eight." });
    assert_eq!(
        admin.patch("/admin/ai-settings", &change).await.pointers(),
        ["/status_message"]
    );
}
