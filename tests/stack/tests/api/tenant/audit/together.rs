//! A change and its entry are written together, or neither is.

use cloud::Call;
use cloud::testing::{Fault, Rule};
use reqwest::Method;
use serde_json::{Value, json};
use world::caller::of_event;
use world::reply::text;
use world::{Caller, Place, World, styles};

contract! {
    in_memory {
        a_change_whose_entry_cannot_be_written_does_not_happen,
    }
}

async fn a_change_whose_entry_cannot_be_written_does_not_happen(place: Place) {
    let world = World::new(&place).await;
    let (superadmin, organiser) = (Caller::superadmin(&place), Caller::organiser(&world).await);
    let photo = world.photo("cat.jpg").await;
    let id = world.guest.start(photo, &styles::fake("sync")).await;
    world.guest.wait(id).await;
    let (tenant, event) = (&world.tenant.id, &world.event.id);
    let style = json!({
        "name": "S", "description": "", "provider_model": "fake:ok", "prompt_template": "a {prompt} picture",
        "is_active": true, "is_premium": false, "estimated_cost_micro_usd": 1, "sort": 1,
    });
    let price = json!({ "name": "A", "price_cents": 1, "currency": "EUR" });
    let package = json!({ "name": "P", "features": [] });
    superadmin.put("/admin/ai-styles/kept", &style).await;
    superadmin.put("/admin/addons/kept", &price).await;
    superadmin.put("/admin/packages/kept", &package).await;
    let bought = format!("/admin/events/{event}/addons/kept");
    superadmin.put(&bought, &json!({ "status": "completed" })).await;
    let of_event = of_event(&world);
    let links = format!("{of_event}/guest-links");
    let link = organiser.post(&links, &json!({})).await;
    let link = text(&link.data(201)["id"]).to_owned();
    let (edit, of_tenant) = (
        format!("{of_event}/ai-edits/{id}"),
        format!("/admin/tenants/{tenant}"),
    );
    let renamed = |mut body: Value| {
        body["name"] = json!("Another");
        body
    };
    let of_name = |name: &str| json!({ "tenant_id": tenant, "slug": "audited", "name": name });
    superadmin.put("/admin/events/audited", &of_name("One")).await;
    let (none, put, post, delete) = (json!({}), Method::PUT, Method::POST, Method::DELETE);
    let settings = format!("{of_event}/ai-settings");
    // Each row: a caller, its change, and the place where the change would be seen.
    let cases = [
        (
            &organiser,
            Method::PATCH,
            settings.clone(),
            json!({ "enabled": false }),
            settings,
        ),
        (
            &organiser,
            post.clone(),
            format!("{edit}/hide"),
            none.clone(),
            edit.clone(),
        ),
        (
            &organiser,
            post.clone(),
            links.clone(),
            none.clone(),
            links.clone(),
        ),
        (
            &organiser,
            delete.clone(),
            format!("{links}/{link}"),
            none.clone(),
            links,
        ),
        (&organiser, delete.clone(), edit.clone(), none.clone(), edit),
        (
            &organiser,
            delete.clone(),
            format!("{of_event}/photos/{photo}"),
            none.clone(),
            format!("{of_event}/photos"),
        ),
        (
            &superadmin,
            put.clone(),
            "/admin/ai-styles/kept".to_owned(),
            renamed(style),
            String::new(),
        ),
        (
            &superadmin,
            delete.clone(),
            "/admin/ai-styles/kept".to_owned(),
            none.clone(),
            String::new(),
        ),
        (
            &superadmin,
            put.clone(),
            "/admin/addons/kept".to_owned(),
            renamed(price),
            String::new(),
        ),
        (
            &superadmin,
            put.clone(),
            "/admin/packages/kept".to_owned(),
            renamed(package),
            String::new(),
        ),
        (
            &superadmin,
            put.clone(),
            of_tenant,
            json!({ "name": "Another" }),
            String::new(),
        ),
        (
            &superadmin,
            put,
            "/admin/events/audited".to_owned(),
            of_name("Another"),
            String::new(),
        ),
        (
            &superadmin,
            delete.clone(),
            bought,
            none.clone(),
            format!("/admin/events/{event}/addons"),
        ),
        (
            &superadmin,
            delete.clone(),
            "/admin/addons/kept".to_owned(),
            none.clone(),
            String::new(),
        ),
        (
            &superadmin,
            delete,
            "/admin/packages/kept".to_owned(),
            none,
            String::new(),
        ),
    ];
    let faults = &place.memory().twin.faults;
    for (caller, method, path, body, seen) in cases {
        let seen = if seen.is_empty() { &path } else { &seen };
        let before = caller.get(seen).await.data(200).clone();
        // Whatever is written apart from the entry is carried out.
        let untouched = faults.pending();
        faults.add(Rule::new(Call::TransactWriteItems, Fault::Refused).about("AUDIT/"));
        let reply = caller.send(method.clone(), &path, &body).await;
        assert_eq!(faults.pending(), untouched, "{method} {path} is in no audit");
        assert_eq!(reply.status, 503, "{method} {path}: {}", reply.body);
        let now = caller.get(seen).await.data(200).clone();
        assert_eq!(now, before, "{method} {path}");
        let again = caller.send(method.clone(), &path, &body).await;
        assert!(
            (200..300).contains(&again.status),
            "{method} {path}: {}",
            again.body
        );
    }
}
