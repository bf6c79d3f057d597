//! A used style can be switched off but not deleted.

use serde_json::{Value, json};
use world::caller::of_event;
use world::unique;
use world::{Caller, Place, World};

contract! {
    both {
        an_allowed_style_cannot_be_deleted_and_an_unused_one_can,
        a_used_style_can_be_switched_off_but_not_deleted,
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
