//! `GET /admin/audit` and `GET /tenant/audit`: every change is there, with its actor.

mod together;

use domain::TokenId;
use reqwest::Method;
use serde_json::{Value, json};
use world::caller::of_event;
use world::reply::text;
use world::transport::Credential;
use world::{Caller, Place, World, unique};

contract! {
    in_memory {
        every_change_of_the_catalogue_is_in_the_installations_audit_with_its_actor,
        a_change_that_changes_nothing_is_in_no_audit,
        a_refused_change_is_in_no_audit,
        a_secret_stands_in_no_audit,
        an_entry_is_gone_after_a_year,
        a_page_of_the_audit_costs_the_same_whatever_lies_behind_it,
        two_organisers_who_change_a_field_at_once_are_both_in_the_audit,
    }
    both {
        every_change_of_a_tenant_is_in_its_audit_with_its_actor,
    }
}

/// The newest entries of an audit, as far as they belong to this action and target.
async fn entries(caller: &Caller, path: &str, action: &str, target: &str) -> Vec<Value> {
    let reply = caller.get(&format!("{path}?limit=100")).await;
    let found = reply.data(200).as_array().unwrap().iter();
    let of_both = found.filter(|entry| entry["action"] == action && entry["target"] == target);
    of_both.cloned().collect()
}

fn change<'a>(entry: &'a Value, field: &str) -> &'a Value {
    let changes = entry["changes"].as_array().unwrap();
    let of_field = |change: &&Value| change["field"] == field;
    changes
        .iter()
        .find(of_field)
        .unwrap_or_else(|| panic!("{field}: {entry}"))
}

async fn every_change_of_a_tenant_is_in_its_audit_with_its_actor(place: Place) {
    let superadmin = Caller::superadmin(&place);
    let name = unique(&place);
    let (tenant, event) = (format!("tenant-{name}"), format!("event-{name}"));
    let budget = |cap: i64| json!({ "name": "T", "ai_editing": { "budget": { "hard_cap_micro_usd": cap } } });
    superadmin
        .put(&format!("/admin/tenants/{tenant}"), &budget(5))
        .await;
    superadmin
        .put(&format!("/admin/tenants/{tenant}"), &budget(7))
        .await;
    let body = json!({ "tenant_id": tenant, "slug": name, "name": "E" });
    superadmin.put(&format!("/admin/events/{event}"), &body).await;
    let organiser = Caller::organiser_of(&place, &tenant.parse().unwrap()).await;
    let settings = format!("/tenant/events/{name}/ai-settings");
    let changed = organiser.patch(&settings, &json!({ "enabled": false })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let links = format!("/tenant/events/{name}/guest-links");
    let link = organiser.post(&links, &json!({ "label": "Door" })).await;
    let link = text(&link.data(201)["id"]).to_owned();
    organiser.delete(&format!("{links}/{link}")).await;

    let reply = organiser.get("/tenant/audit").await;
    let found = reply.data(200).as_array().unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|entry| (text(&entry["action"]), text(&entry["actor"]["kind"])))
        .collect();
    assert_eq!(
        told,
        [
            ("link_revoked", "organiser"),
            ("link_created", "organiser"),
            ("policy_changed", "organiser"),
            ("event_changed", "superadmin"),
            ("budget_changed", "superadmin"),
            ("budget_changed", "superadmin"),
        ]
    );
    assert!(found.iter().all(|entry| entry["tenant_id"] == tenant.as_str()));
    assert!(found[..4].iter().all(|entry| entry["event_id"] == event.as_str()));
    assert_eq!(
        change(&found[4], "budget.hard_cap_micro_usd"),
        &json!({ "field": "budget.hard_cap_micro_usd", "from": 5, "to": 7 })
    );
    assert_eq!(
        found[2]["changes"],
        json!([{ "field": "enabled", "from": true, "to": false }])
    );
    assert_eq!(found[1]["target"], link.as_str());
    // The superadmin sees them among all others.
    let everything = superadmin.get("/admin/audit?limit=100").await;
    let everything = everything.data(200).as_array().unwrap();
    for entry in found {
        assert!(everything.contains(entry), "{entry}");
    }
    // The key of the guests' scopes is a secret, and the token of a link is another.
    let told = json!(found).to_string();
    assert!(
        !told.contains("scope_key") && !told.contains("token_hash"),
        "{told}"
    );
}

async fn every_change_of_the_catalogue_is_in_the_installations_audit_with_its_actor(place: Place) {
    let superadmin = Caller::with(
        &place,
        Credential::Claims(
            [
                ("cognito:groups", "[superadmin]"),
                ("sub", "9f2c"),
                ("email", "ada@example.org"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ),
    );
    let style = json!({
        "name": "S", "description": "", "provider_model": "fake:ok", "prompt_template": "a {prompt} picture",
        "is_active": true, "is_premium": false, "estimated_cost_micro_usd": 1, "sort": 1,
    });
    let cases = [
        (
            "/admin/packages/audited",
            json!({ "name": "P", "features": [] }),
            "package",
        ),
        (
            "/admin/addons/audited",
            json!({ "name": "A", "price_cents": 1, "currency": "EUR" }),
            "addon",
        ),
        ("/admin/ai-styles/audited", style, "style"),
    ];
    for (path, mut body, what) in cases {
        superadmin.put(path, &body).await;
        body["name"] = json!("Another");
        superadmin.put(path, &body).await;
        assert_eq!(superadmin.delete(path).await.status, 204);
        let changed = entries(&superadmin, "/admin/audit", &format!("{what}_changed"), "audited").await;
        assert_eq!(changed.len(), 2, "{what}");
        assert_eq!(change(&changed[0], "name")["to"], "Another");
        let deleted = entries(&superadmin, "/admin/audit", &format!("{what}_deleted"), "audited").await;
        assert_eq!(
            change(&deleted[0], "name"),
            &json!({ "field": "name", "from": "Another", "to": null })
        );
        for entry in changed.iter().chain(&deleted) {
            assert_eq!(
                entry["actor"],
                json!({ "kind": "superadmin", "id": "9f2c", "name": "ada@example.org", "acting_for": null })
            );
            assert_eq!(entry["tenant_id"], json!(null));
        }
    }
    let world = World::new(&place).await;
    superadmin
        .put(
            "/admin/addons/sold",
            &json!({ "name": "A", "price_cents": 1, "currency": "EUR" }),
        )
        .await;
    let addon = format!("/admin/events/{}/addons/sold", world.event.id);
    superadmin.put(&addon, &json!({ "status": "completed" })).await;
    assert_eq!(superadmin.delete(&addon).await.status, 204);
    let organiser = Caller::organiser(&world).await;
    let bought = entries(&organiser, "/tenant/audit", "event_addon_changed", "sold").await;
    assert_eq!(change(&bought[0], "status")["to"], "completed");
    let removed = entries(&organiser, "/tenant/audit", "event_addon_removed", "sold").await;
    assert_eq!(change(&removed[0], "status")["from"], "completed");
}

async fn a_change_that_changes_nothing_is_in_no_audit(place: Place) {
    let world = World::new(&place).await;
    let (superadmin, organiser) = (Caller::superadmin(&place), Caller::organiser(&world).await);
    let settings = format!("{}/ai-settings", of_event(&world));
    let path = format!("/admin/tenants/{}", world.tenant.id);
    for _ in 0..2 {
        superadmin.put(&path, &json!({ "name": "T" })).await;
        organiser
            .patch(&settings, &json!({ "policy_message": "Hello" }))
            .await
            .data(200);
        let body = json!({ "latency_warning_ms": 9_000 });
        superadmin.patch("/admin/ai-settings", &body).await.data(200);
    }
    let all = superadmin.get("/admin/audit?limit=100").await;
    let all = all.data(200).as_array().unwrap();
    let count = |action: &str| all.iter().filter(|entry| entry["action"] == action).count();
    assert_eq!(
        (
            count("policy_changed"),
            count("settings_changed"),
            count("budget_changed")
        ),
        (1, 1, 1)
    );
}

async fn a_refused_change_is_in_no_audit(place: Place) {
    let world = World::new(&place).await;
    let (superadmin, organiser) = (Caller::superadmin(&place), Caller::organiser(&world).await);
    let before = superadmin.get("/admin/audit?limit=100").await.body;
    let link = TokenId::new(place.now(), 1);
    let gone = format!("{}/guest-links/{link}", of_event(&world));
    organiser.delete(&gone).await.problem(404, "not_found");
    let settings = format!("{}/ai-settings", of_event(&world));
    let unknown = json!({ "allowed_style_keys": ["no-such-style"] });
    organiser
        .patch(&settings, &unknown)
        .await
        .problem(422, "validation_failed");
    superadmin
        .delete("/admin/packages/no-such")
        .await
        .problem(404, "not_found");
    let body = json!({ "is_enabled": "perhaps" });
    superadmin
        .patch("/admin/ai-settings", &body)
        .await
        .problem(422, "validation_failed");
    assert_eq!(superadmin.get("/admin/audit?limit=100").await.body, before);
}

async fn a_secret_stands_in_no_audit(place: Place) {
    let superadmin = Caller::superadmin(&place);
    let secret = "sk-this-is-the-key-of-a-provider";
    let body = json!({ "secrets": { "fal_api_key": secret }, "latency_warning_ms": 1_234 });
    superadmin.patch("/admin/ai-settings", &body).await.data(200);
    let reply = superadmin.get("/admin/audit?limit=1").await;
    let entry = &reply.data(200)[0];
    assert_eq!(entry["action"], "settings_changed");
    assert_eq!(change(entry, "fal_api_key")["to"], "changed");
    assert_eq!(change(entry, "latency_warning_ms")["to"], 1_234);
    for partition in ["AUDIT", "SETTINGS"] {
        let stored = format!("{:?}", place.partition(partition).await);
        assert!(!stored.contains(secret), "{stored}");
    }
}

async fn an_entry_is_gone_after_a_year(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let settings = format!("{}/ai-settings", of_event(&world));
    organiser
        .patch(&settings, &json!({ "enabled": false }))
        .await
        .data(200);
    let day = jiff::SignedDuration::from_hours(24);
    place.pass(day * 365 - jiff::SignedDuration::from_mins(1)).await;
    let count = async || {
        let found = entries(
            &organiser,
            "/tenant/audit",
            "policy_changed",
            world.event.id.as_str(),
        )
        .await;
        found.len()
    };
    assert_eq!(count().await, 1);
    place.pass(day).await;
    assert_eq!(count().await, 0);
    // TTL takes the item itself.
    let kept = place
        .partition(&format!("TENANT#{}#AUDIT", world.tenant.id))
        .await;
    let expires_at: i64 = kept.last().unwrap()["expires_at"]
        .as_n()
        .unwrap()
        .parse()
        .unwrap();
    assert!(expires_at < place.now().as_second());
}

async fn a_page_of_the_audit_costs_the_same_whatever_lies_behind_it(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let settings = format!("{}/ai-settings", of_event(&world));
    let mut costs = Vec::new();
    for changes in [30, 300] {
        for number in 0..changes {
            let body = json!({ "policy_message": format!("message {number} of {changes}") });
            organiser.patch(&settings, &body).await.data(200);
        }
        place.memory().twin.forget_operations();
        let reply = organiser.get("/tenant/audit").await;
        assert_eq!(reply.data(200).as_array().unwrap().len(), 25);
        costs.push((place.memory().twin.calls(), place.memory().twin.items_read()));
    }
    assert_eq!(costs[0], costs[1]);
    let all = organiser.pages("/tenant/audit", 100).await;
    assert_eq!(
        all.iter()
            .filter(|entry| entry["action"] == "policy_changed")
            .count(),
        330
    );
}

async fn two_organisers_who_change_a_field_at_once_are_both_in_the_audit(place: Place) {
    let world = World::new(&place).await;
    let organiser = Caller::organiser(&world).await;
    let settings = format!("{}/ai-settings", of_event(&world));
    let change = |text: String| {
        let (organiser, settings) = (organiser.clone(), settings.clone());
        async move {
            let body = json!({ "policy_message": text });
            organiser
                .send(Method::PATCH, &settings, &body)
                .await
                .data(200)
                .clone()
        }
    };
    let both = (0..2).map(|number| change(format!("from {number}")));
    futures::future::join_all(both).await;
    let found = entries(
        &organiser,
        "/tenant/audit",
        "policy_changed",
        world.event.id.as_str(),
    )
    .await;
    // One after the other: the second says what the first wrote. Within a millisecond the list has no order.
    assert_eq!(found.len(), 2);
    let is_first = |entry: &&Value| entry["changes"][0]["from"] == json!(null);
    let first = found.iter().find(is_first).unwrap();
    let second = found.iter().find(|entry| !is_first(entry)).unwrap();
    assert_eq!(second["changes"][0]["from"], first["changes"][0]["to"]);
    let now = organiser.get(&settings).await;
    assert_eq!(now.data(200)["policy_message"], second["changes"][0]["to"]);
}
