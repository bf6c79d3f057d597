//! Concurrent changes of one event all last.

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use world::unique;
use world::{Caller, Place, settings};

contract! {
    in_memory {
        a_repeated_put_changes_nothing,
    }
    both {
        organiser_and_superadmin_change_one_event_at_once_and_every_change_lasts,
    }
}

async fn organiser_and_superadmin_change_one_event_at_once_and_every_change_lasts(place: Place) {
    let _settings = settings::defaults(&place).await;
    let admin = Caller::superadmin(&place);
    let name = unique(&place);
    let (tenant, slug) = (format!("tenant-{name}"), format!("slug-{name}"));
    let (event, addon) = (
        format!("/admin/events/event-{name}"),
        format!("/admin/addons/addon-{name}"),
    );
    admin
        .put(&format!("/admin/tenants/{tenant}"), &json!({ "name": "Busy" }))
        .await;
    let event_named =
        |called: &str| json!({ "tenant_id": tenant, "slug": slug, "name": called, "package_key": null });
    admin.put(&event, &event_named("Before")).await;
    let offer = json!({ "name": "An add-on of the tests", "price_cents": 100, "currency": "EUR" });
    admin.put(&addon, &offer).await;
    let organiser = Caller::organiser_of(&place, &tenant.parse().unwrap()).await;
    let settings = format!("/tenant/events/{slug}/ai-settings");
    let bought = format!("{event}/addons/addon-{name}");
    for round in 1..=4_u32 {
        let (message, called) = (format!("message {round}"), format!("name {round}"));
        let status = if round % 2 == 0 { "completed" } else { "pending" };
        let replies = join_all([
            organiser.send(
                Method::PATCH,
                &settings,
                &json!({ "max_in_flight_per_guest": round }),
            ),
            organiser.send(Method::PATCH, &settings, &json!({ "policy_message": message })),
            organiser.send(
                Method::PATCH,
                &settings,
                &json!({ "allow_custom_prompt": round % 2 == 0 }),
            ),
            admin.send(Method::PUT, &event, &event_named(&called)),
            admin.send(Method::PUT, &bought, &json!({ "status": status })),
        ])
        .await;
        for reply in replies {
            assert_eq!(reply.status, 200, "{}", reply.body);
        }
        let policy = organiser.get(&settings).await;
        let policy = policy.data(200);
        assert_eq!(policy["max_in_flight_per_guest"], json!(round));
        assert_eq!(policy["policy_message"], json!(message));
        assert_eq!(policy["allow_custom_prompt"], json!(round % 2 == 0));
        let seen = admin.get(&event).await;
        let seen = seen.data(200);
        assert_eq!(seen["name"], json!(called));
        assert_eq!(seen["addons"][0]["status"], json!(status));
    }
}

async fn a_repeated_put_changes_nothing(place: Place) {
    let admin = Caller::superadmin(&place);
    let name = unique(&place);
    let tenant = format!("tenant-{name}");
    let style = json!({
        "name": "Twice", "description": "Put twice.", "provider": "runware", "provider_model": "fake:ok",
        "prompt_template": "put twice, {prompt}", "estimated_cost_micro_usd": 1_000, "is_active": false,
    });
    for (path, body) in [
        (
            format!("/admin/tenants/{tenant}"),
            json!({ "name": "Twice", "ai_editing": { "budget": { "hard_cap_micro_usd": 5 } } }),
        ),
        (
            format!("/admin/packages/package-{name}"),
            json!({ "name": "Twice", "features": ["ai_styling"] }),
        ),
        (
            format!("/admin/addons/addon-{name}"),
            json!({ "name": "Twice", "price_cents": 1, "currency": "EUR" }),
        ),
        (
            format!("/admin/events/event-{name}"),
            json!({ "tenant_id": tenant, "slug": name, "name": "Twice", "package_key": format!("package-{name}") }),
        ),
        (
            format!("/admin/events/event-{name}/addons/addon-{name}"),
            json!({ "status": "completed", "expires_at": "2099-01-01T00:00:00Z" }),
        ),
        (format!("/admin/ai-styles/style-{name}"), style),
    ] {
        let first = admin.put(&path, &body).await;
        let second = admin.put(&path, &body).await;
        assert_eq!(second, first, "{path}");
        assert_eq!(admin.get(&path).await.data(200), &first, "{path}");
    }
    let removed = admin.delete(&format!("/admin/ai-styles/style-{name}")).await;
    assert_eq!(removed.status, 204);
}
