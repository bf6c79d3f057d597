//! Every resource of the superadmin from its creation to its deletion.

use domain::ProviderName;
use domain::settings::{Setting, setting};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use world::fixture;
use world::reply::text;
use world::unique;
use world::{Caller, Guest, Place, settings};

contract! {
    in_memory {
        a_package_in_use_cannot_be_deleted_and_its_change_reaches_the_event,
    }
    both {
        every_resource_is_created_listed_read_and_deleted,
        a_guest_token_is_shown_once_and_dies_when_revoked,
        a_watermark_image_is_checked_when_it_is_set,
        settings_and_secrets_are_set_and_go_back_to_their_defaults,
    }
}

/// Creates a tenant and an event, and returns the path of the event.
async fn event(admin: &Caller, name: &str) -> String {
    admin
        .put(
            &format!("/admin/tenants/tenant-{name}"),
            &json!({ "name": "Lively" }),
        )
        .await;
    let path = format!("/admin/events/event-{name}");
    let body = json!({ "tenant_id": format!("tenant-{name}"), "slug": name, "name": "An event", "package_key": null });
    admin.put(&path, &body).await;
    path
}

/// Creates a resource, reads it, finds it in the list page by page, and deletes it.
async fn live_and_die(admin: &Caller, list: &str, id: (&str, &str), body: &Value) {
    let (field, value) = id;
    let path = format!("{list}/{value}");
    let made = admin.put(&path, body).await;
    assert_eq!(made[field], json!(value), "{path}");
    assert_eq!(admin.get(&path).await.data(200), &made);
    let listed = admin.pages(list, 2).await;
    let found: Vec<_> = listed
        .iter()
        .filter(|entry| entry[field] == json!(value))
        .collect();
    assert_eq!(found, [&made], "{list}");
    assert_eq!(admin.delete(&path).await.status, 204, "{path}");
    admin.get(&path).await.problem(404, "not_found");
    admin.delete(&path).await.problem(404, "not_found");
}

async fn every_resource_is_created_listed_read_and_deleted(place: Place) {
    let admin = Caller::superadmin(&place);
    let name = unique(&place);
    let key = format!("of-{name}");
    let offer = json!({ "name": "An add-on", "price_cents": 900, "currency": "EUR" });
    let style = json!({
        "name": "A style", "description": "Nobody uses it.", "provider": "runware", "provider_model": "fake:ok",
        "prompt_template": "a style, {prompt}", "estimated_cost_micro_usd": 1_000, "is_active": false,
    });
    let package = json!({ "name": "A package", "features": ["ai_styling"] });
    live_and_die(&admin, "/admin/packages", ("key", &key), &package).await;
    live_and_die(&admin, "/admin/ai-styles", ("key", &key), &style).await;
    live_and_die(&admin, "/admin/addons", ("key", &key), &offer).await;

    let event = event(&admin, &name).await;
    admin.put(&format!("/admin/addons/{key}"), &offer).await;
    let bought = json!({ "status": "completed", "expires_at": null });
    live_and_die(&admin, &format!("{event}/addons"), ("key", &key), &bought).await;
    // A renamed event frees its slug.
    let called = |id: &str, slug: &str| {
        let tenant = format!("tenant-{name}");
        let body = json!({ "tenant_id": tenant, "slug": slug, "name": "Renamed", "package_key": null });
        (format!("/admin/events/event-{id}"), body)
    };
    let (other, body) = called(&format!("{name}-too"), &name);
    let taken = admin.send(Method::PUT, &other, &body).await;
    assert_eq!(taken.status, 409, "{}", taken.body);
    let (path, moved) = called(&name, &format!("{name}-moved"));
    admin.put(&path, &moved).await;
    admin.put(&other, &body).await;
    for (list, field, value) in [
        ("/admin/tenants", "id", format!("tenant-{name}")),
        ("/admin/events", "id", format!("event-{name}")),
    ] {
        let listed = admin.pages(list, 100).await;
        assert!(
            listed.iter().any(|entry| entry[field] == json!(value)),
            "{list}: {value}"
        );
    }
}

async fn a_package_in_use_cannot_be_deleted_and_its_change_reaches_the_event(place: Place) {
    let admin = Caller::superadmin(&place);
    let name = unique(&place);
    let event = event(&admin, &name).await;
    let package = format!("/admin/packages/package-{name}");
    let features = |features: &[&str]| json!({ "name": "A package", "features": features });
    admin.put(&package, &features(&[])).await;
    let body = json!({
        "tenant_id": format!("tenant-{name}"), "slug": name, "name": "An event", "package_key": format!("package-{name}"),
    });
    let before = admin.put(&event, &body).await;
    assert_eq!(before["capabilities"]["ai_styling"], json!(false));
    admin.delete(&package).await.problem(409, "in_use");
    admin.put(&package, &features(&["ai_styling"])).await;
    let after = admin.get(&event).await;
    assert_eq!(after.data(200)["capabilities"]["granted_by"], json!("package"));
}

async fn a_guest_token_is_shown_once_and_dies_when_revoked(place: Place) {
    let admin = Caller::superadmin(&place);
    let event = event(&admin, &unique(&place)).await;
    let tokens = format!("{event}/tokens");
    let made = admin.send(Method::POST, &tokens, &json!({})).await;
    let (id, token) = (
        text(&made.data(201)["token_id"]).to_owned(),
        text(&made.data(201)["token"]).to_owned(),
    );
    world::deployed::logs::keep_out(&token);
    let guest = Guest::new(&place, &token, None);
    guest.get("").await.data(200);
    let listed = admin.get(&tokens).await;
    assert_eq!(listed.data(200)[0]["token_id"], json!(id));
    assert!(
        !listed.body.to_string().contains(&token),
        "the token is shown once"
    );
    assert_eq!(admin.delete(&format!("{tokens}/{id}")).await.status, 204);
    guest.get("").await.problem(404, "event_not_found");
    admin
        .delete(&format!("{tokens}/{id}"))
        .await
        .problem(404, "not_found");
}

async fn a_watermark_image_is_checked_when_it_is_set(place: Place) {
    let admin = Caller::superadmin(&place);
    let name = unique(&place);
    let event = event(&admin, &name).await;
    let tenant = format!("/admin/tenants/tenant-{name}");
    let upload = async |bytes: Vec<u8>| {
        let announced = json!({ "mime_type": "image/jpeg", "size_bytes": bytes.len() });
        let made = admin.send(Method::POST, "/admin/watermarks", &announced).await;
        let made = made.data(201).clone();
        let uploader = Guest::new(&place, "nobody", None);
        assert_eq!(uploader.upload(&made["upload"], bytes).await, 200);
        text(&made["image_key"]).to_owned()
    };
    let good = upload(fixture("cat.jpg")).await;
    let bad = upload(b"no picture at all".to_vec()).await;
    let missing = "watermarks/watermark_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let of_event = |key: &str| {
        json!({
            "tenant_id": format!("tenant-{name}"), "slug": name, "name": "An event", "package_key": null,
            "watermark": { "image_key": key },
        })
    };
    let of_tenant = |key: &str| json!({ "name": "Lively", "watermark": { "image_key": key } });
    for key in [bad.as_str(), missing, "events/somebody/photos/photo_1"] {
        let reply = admin.send(Method::PUT, &event, &of_event(key)).await;
        assert_eq!(reply.pointers(), ["/watermark/image_key"], "{key}");
        let reply = admin.send(Method::PUT, &tenant, &of_tenant(key)).await;
        assert_eq!(reply.pointers(), ["/watermark/image_key"], "{key}");
    }
    for (path, body) in [(&event, of_event(&good)), (&tenant, of_tenant(&good))] {
        let saved = admin.put(path, &body).await;
        assert_eq!(saved["watermark"]["image_key"], json!(good));
    }
}

async fn settings_and_secrets_are_set_and_go_back_to_their_defaults(place: Place) {
    let mut settings = settings::alone(&place, &[]).await;
    let admin = Caller::superadmin(&place);
    let path = "/admin/ai-settings";
    let before = admin.get(path).await.data(200).clone();
    for setting in Setting::all() {
        settings.expect_change(setting);
        let name = setting.name();
        let value = &before[name];
        let sent = if value.is_null() {
            json!({ name: null })
        } else {
            json!({ name: value })
        };
        let same = admin.patch(path, &sent).await;
        assert_eq!(&same.data(200)[name], value, "{name}");
        let reset = admin.patch(path, &json!({ name: null })).await;
        assert_eq!(reset.data(200)["sources"][name], json!("default"), "{name}");
        let again = admin.patch(path, &sent).await;
        assert_eq!(&again.data(200)[name], value, "{name}");
    }
    // Neither has a default on a local stage.
    let name = setting!(fallback_provider).name();
    for value in [json!("fal"), Value::Null] {
        let answer = admin.patch(path, &json!({ name: value })).await;
        assert_eq!(answer.data(200)[name], value);
    }
    let missing = json!({ "watermark": { "image_key": "watermarks/watermark_01ARZ3NDEKTSV4RRFFQ69G5FAV" } });
    let refused = admin.patch(path, &missing).await;
    assert_eq!(refused.pointers(), ["/watermark/image_key"]);

    let key = format!("key-of-one-test-{}", unique(&place));
    world::deployed::logs::keep_out(&key);
    for (provider, secret) in [
        (ProviderName::Runware, "runware_api_key"),
        (ProviderName::Fal, "fal_api_key"),
    ] {
        let kept = place.cloud.api_key(provider).await.unwrap();
        for (value, state) in [(json!(key), "set"), (Value::Null, "missing"), (json!(key), "set")] {
            let answer = admin.patch(path, &json!({ "secrets": { secret: value } })).await;
            assert_eq!(answer.data(200)["secrets"][secret], json!(state));
            assert!(!answer.body.to_string().contains(&key), "secrets are write-only");
        }
        let kept = kept.expect("`make up` leaves one");
        place
            .cloud
            .put_api_key(provider, kept.expose_secret())
            .await
            .unwrap();
    }
    let after = admin.get(path).await;
    for setting in Setting::all() {
        assert_eq!(after.data(200)[setting.name()], before[setting.name()]);
    }
}
