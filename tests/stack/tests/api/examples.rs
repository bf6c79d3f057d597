//! The examples of `openapi.json`: requests and answers of a story that runs here, compared with
//! `functions/api/examples.json`. With `UPDATE_EXAMPLES=1` they are written there; then the document is generated anew.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Map, Value, json};
use world::reply::text;
use world::transport::{Call, Credential};
use world::{Place, fixture, root};

contract! {
    in_memory {
        the_examples_of_the_document_are_what_the_api_answers,
    }
}

const FILE: &str = "functions/api/examples.json";

/// Runs operations and keeps what was sent and answered.
struct Story {
    place: Place,
    /// Path, with parameters in braces, and method → operation.
    operations: BTreeMap<(String, String), String>,
    told: BTreeMap<String, Value>,
    superadmin: Credential,
    organiser: Credential,
}

impl Story {
    fn new(place: &Place) -> Self {
        let document = std::fs::read_to_string(root().join("openapi.json")).unwrap();
        let document: Value = serde_json::from_str(&document).unwrap();
        let mut operations = BTreeMap::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = text(&operation["operationId"]).to_owned();
                operations.insert((path.clone(), method.to_uppercase()), id);
            }
        }
        let claims = |claims: &[(&str, &str)]| {
            let named = claims
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Credential::Claims(named.collect())
        };
        Self {
            place: place.clone(),
            operations,
            told: BTreeMap::new(),
            superadmin: claims(&[
                ("cognito:groups", "[superadmin]"),
                ("sub", "6c2f4f0e-9a1b-4f7e-8f43-1f2e3d4c5b6a"),
                ("email", "ada@example.org"),
            ]),
            organiser: claims(&[
                ("custom:tenant_id", "studio"),
                ("sub", "9f2c1d6e-0b53-4e1c-8a57-2f6f3a1b7c90"),
                ("email", "ben@example.org"),
            ]),
        }
    }

    /// Sends a request to a path whose parameters are given as `{name=value}`.
    async fn tell(&mut self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (mut real, mut named) = (String::new(), String::new());
        for part in path.split_inclusive(['{', '}']) {
            match part.strip_suffix('}').and_then(|inner| inner.split_once('=')) {
                Some((name, value)) => {
                    real.push_str(value);
                    named.push_str(&format!("{name}}}"));
                }
                None => {
                    real.push_str(part.trim_end_matches('{'));
                    named.push_str(part);
                }
            }
        }
        let named = named.split('?').next().unwrap().to_owned();
        let credential = match named.split('/').nth(1) {
            Some("admin") => self.superadmin.clone(),
            Some("tenant") => self.organiser.clone(),
            _ => Credential::None,
        };
        let mut call = Call::new(method.clone(), &real).credential(credential);
        if named.starts_with("/events/") {
            call = call.header("x-guest-id", "phone-of-carla");
        }
        if let Some(body) = &body {
            call = call.json(body);
        }
        let reply = self.place.send(call).await;
        assert!(
            (200..300).contains(&reply.status),
            "{method} {real}: {}",
            reply.body
        );
        let key = (named, method.to_string());
        let id = self
            .operations
            .get(&key)
            .unwrap_or_else(|| panic!("{key:?} is in no document"));
        let mut example = Map::from_iter([("status".to_owned(), json!(reply.status))]);
        example.extend(body.map(|body| ("request".to_owned(), body)));
        if !reply.body.is_null() {
            example.insert("response".to_owned(), reply.body.clone());
        }
        self.told.insert(id.clone(), Value::Object(example));
        reply.body["data"].clone()
    }

    async fn get(&mut self, path: &str) -> Value {
        self.tell(Method::GET, path, None).await
    }

    async fn put(&mut self, path: &str, body: Value) -> Value {
        self.tell(Method::PUT, path, Some(body)).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        self.tell(Method::POST, path, Some(body)).await
    }
}

async fn the_examples_of_the_document_are_what_the_api_answers(place: Place) {
    let mut story = Story::new(&place);
    set_up(&mut story).await;
    let (at, photo) = as_guest(&mut story).await;
    as_organiser(&mut story, &photo).await;
    story.get(&format!("{at}/gallery")).await;
    look_around(&mut story).await;

    let path = root().join(FILE);
    let told = serde_json::to_string_pretty(&story.told).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        std::fs::write(&path, &told).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == told,
        "run this test with UPDATE_EXAMPLES=1, then generate openapi.json"
    );
}

/// The superadmin makes a catalogue, a tenant and an event.
async fn set_up(story: &mut Story) {
    let features = json!(["ai_styling"]);
    story
        .put(
            "/admin/packages/{key=gold}",
            json!({ "name": "Gold", "features": features }),
        )
        .await;
    let addon = json!({ "name": "AI edits", "price_cents": 1_900, "currency": "EUR" });
    story.put("/admin/addons/{key=ai_styling_unlock}", addon).await;
    let style = json!({
        "name": "Comic", "description": "Like a page of a comic", "provider": "runware",
        "provider_model": "fake:sync", "prompt_template": "a comic of the photo, {prompt}",
        "is_active": true, "is_premium": false, "estimated_cost_micro_usd": 40_000, "sort": 1,
    });
    story.put("/admin/ai-styles/{key=comic}", style).await;
    let budget = json!({ "soft_cap_micro_usd": 40_000_000, "hard_cap_micro_usd": 50_000_000 });
    let tenant = json!({ "name": "Studio", "ai_editing": { "budget": budget } });
    story.put("/admin/tenants/{tenantId=studio}", tenant).await;
    let event = json!({
        "tenant_id": "studio", "slug": "anna-and-ben", "name": "Anna & Ben", "package_key": "gold",
    });
    story.put("/admin/events/{eventId=event-1}", event).await;
    let addon = "/admin/events/{eventId=event-1}/addons/{key=ai_styling_unlock}";
    story.put(addon, json!({ "status": "completed" })).await;
    let image = json!({ "mime_type": "image/png", "size_bytes": 20_000 });
    story.post("/admin/watermarks", image).await;
    story
        .tell(
            Method::PATCH,
            "/admin/ai-settings",
            Some(json!({ "latency_warning_ms": 12_000 })),
        )
        .await;
}

/// A guest uploads a photo and has it edited; returns the event's path and the photo's id.
async fn as_guest(story: &mut Story) -> (String, String) {
    let made = story
        .post("/admin/events/{eventId=event-1}/tokens", json!({}))
        .await;
    let token = text(&made["token"]).to_owned();
    let at = format!("/events/{{token={token}}}");
    let bytes = fixture("cat.jpg");
    let announced = json!({ "mime_type": "image/jpeg", "size_bytes": bytes.len() });
    let photo = story.post(&format!("{at}/photos"), announced).await;
    let id = text(&photo["id"]).to_owned();
    let status = story.place.upload(&photo["upload"], bytes).await;
    assert_eq!(status, 200);
    story.get(&at).await;
    story.get(&format!("{at}/ai-styles")).await;
    let asked = json!({ "style_key": "comic" });
    let edit = story
        .post(&format!("{at}/photos/{{photo={id}}}/ai-edits"), asked)
        .await;
    story.place.memory().handle_all(&story.place.cloud).await;
    story
        .get(&format!("{at}/ai-edits/{{requestId={}}}", text(&edit["id"])))
        .await;
    for path in ["photos", &format!("photos/{{photo={id}}}"), "ai-edits"] {
        story.get(&format!("{at}/{path}")).await;
    }
    (at, id)
}

/// The organiser changes what is allowed, makes a link, and looks at everything.
async fn as_organiser(story: &mut Story, photo: &str) {
    let at = "/tenant/events/{eventSlug=anna-and-ben}";
    let policy = json!({
        "allow_custom_prompt": true, "policy_message": "See you on the dance floor!", "gallery": "reviewed",
    });
    story
        .tell(Method::PATCH, &format!("{at}/ai-settings"), Some(policy))
        .await;
    let asked = json!({ "photo_id": photo, "style_key": "comic" });
    let edit = story.post(&format!("{at}/ai-edits"), asked).await;
    story.place.memory().handle_all(&story.place.cloud).await;
    let edit = text(&edit["id"]).to_owned();
    story
        .get(&format!("{at}/ai-edits/{{aiEditRequest={edit}}}"))
        .await;
    for change in ["hide", "show", "approve"] {
        let path = format!("{at}/ai-edits/{{aiEditRequest={edit}}}/{change}");
        story.tell(Method::POST, &path, None).await;
    }
    let announced = json!({ "mime_type": "image/png", "size_bytes": 20_000 });
    story.post(&format!("{at}/logos"), announced.clone()).await;
    story.post(&format!("{at}/photos"), announced).await;
    story.get(&format!("{at}/photos/{{photo={photo}}}")).await;
    let link = json!({ "label": "Entrance", "expires_at": "2030-01-01T00:00:00Z" });
    let link = story.post(&format!("{at}/guest-links"), link).await;
    for path in [
        "/ai-edits",
        "/photos",
        "/ai-edits/summary",
        "/ai-styles",
        "/ai-settings",
        "/guest-links",
        "/activity",
        "/export",
    ] {
        story.get(&format!("{at}{path}?limit=2")).await;
    }
    let gone = format!("{at}/guest-links/{{linkId={}}}", text(&link["id"]));
    story.tell(Method::DELETE, &gone, None).await;
    for path in [
        "/tenant/events",
        "/tenant/usage",
        "/tenant/usage/entries",
        "/tenant/audit",
    ] {
        story.get(&format!("{path}?limit=2")).await;
    }
}

/// The superadmin lists and reads what there is.
async fn look_around(story: &mut Story) {
    for path in [
        "/admin/packages?limit=1",
        "/admin/packages/{key=gold}",
        "/admin/addons?limit=1",
        "/admin/addons/{key=ai_styling_unlock}",
        "/admin/ai-styles?limit=1",
        "/admin/ai-styles/{key=comic}",
        "/admin/tenants?limit=1",
        "/admin/tenants/{tenantId=studio}",
        "/admin/events?limit=1",
        "/admin/events/{eventId=event-1}",
        "/admin/events/{eventId=event-1}/addons",
        "/admin/events/{eventId=event-1}/addons/{key=ai_styling_unlock}",
        "/admin/events/{eventId=event-1}/tokens?limit=1",
        "/admin/ai-settings",
        "/admin/audit?limit=2",
    ] {
        story.get(path).await;
    }
    let demo = json!({ "photo": null });
    story.post("/admin/ai-styles/{key=comic}/try", demo).await;
}
