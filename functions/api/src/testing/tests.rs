use cloud::Cloud;
use serde_json::json;

use super::*;
use crate::openapi;

const TENANT: &[(&str, &str)] = &[("custom:tenant_id", "t1")];
const SUPERADMIN: &[(&str, &str)] = &[("cognito:groups", "[editors superadmin]")];

/// Status, and the body's `code`, or its `message` where API Gateway answers. Calls nothing of AWS.
async fn refusal(call: Call<'_>) -> (u16, String) {
    let (cloud, memory) = Cloud::in_memory();
    let response = call.send(&cloud).await;
    assert!(memory.calls().is_empty(), "{} {}", call.method, call.target);
    let body: Value = serde_json::from_str(response.body()).unwrap();
    let word = body["code"].as_str().or(body["message"].as_str());
    (response.status().as_u16(), word.unwrap_or_default().to_owned())
}

/// The `data` of an answer with this status.
async fn data(cloud: &Cloud, status: u16, call: Call<'_>) -> Value {
    let response = call.send(cloud).await;
    let (method, target, body) = (call.method, call.target, response.body());
    assert_eq!(response.status(), status, "{method} {target}: {body}");
    let mut body: Value = serde_json::from_str(body).unwrap();
    body["data"].take()
}

/// An event of tenant `t1` with AI edits and the style `watercolour`; returns its token.
async fn event_with_a_style(cloud: &Cloud) -> String {
    for (method, target, body) in [
        (
            "PATCH",
            "/admin/ai-settings",
            json!({ "queue_auto_dispatch": true }),
        ),
        (
            "PUT",
            "/admin/packages/p1",
            json!({ "name": "Party", "features": ["ai_styling"] }),
        ),
        ("PUT", "/admin/tenants/t1", json!({ "name": "Demo Weddings" })),
        (
            "PUT",
            "/admin/ai-styles/watercolour",
            json!({ "name": "Watercolour", "provider_model": "runware:106@1", "is_active": true,
                "prompt_template": "a watercolour painting", "estimated_cost_micro_usd": 39_000 }),
        ),
        (
            "PUT",
            "/admin/events/e1",
            json!({ "tenant_id": "t1", "slug": "anna-and-ben", "name": "Anna & Ben", "package_key": "p1" }),
        ),
    ] {
        let call = Call::new(method, target).claims(SUPERADMIN);
        data(cloud, 200, call.json(&body.to_string())).await;
    }
    let post = Call::new("POST", "/admin/events/e1/tokens").claims(SUPERADMIN);
    let made = data(cloud, 201, post.json("{}")).await;
    made["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_gateway_answers_where_no_function_is_asked() {
    for (method, target, status, message) in [
        ("GET", "/admin/packages", 401, "Unauthorized"),
        ("GET", "/tenant/events/e/ai-styles", 401, "Unauthorized"),
        ("GET", "/admin/nothing", 404, "Not Found"),
        ("DELETE", "/openapi.json", 404, "Not Found"),
        ("GET", "/events//photos", 404, "Not Found"),
    ] {
        let found = refusal(Call::new(method, target)).await;
        assert_eq!(found, (status, message.to_owned()), "{method} {target}");
    }
}

#[tokio::test]
async fn every_admin_operation_refuses_a_tenant() {
    for route in routes().iter().filter(|route| route.path.starts_with("/admin/")) {
        let target = route.path.replace(['{', '}'], "");
        let found = refusal(Call::new(route.method, &target).claims(TENANT)).await;
        assert_eq!(found, (403, "forbidden".to_owned()), "{}", route.operation);
    }
}

#[tokio::test]
async fn a_function_refuses_a_malformed_request_before_it_calls_aws() {
    let put = Call::new("PUT", "/admin/packages/p1").claims(SUPERADMIN);
    let get = |target| Call::new("GET", target).claims(SUPERADMIN);
    let large = "x".repeat(70_000);
    for (call, status, code) in [
        (put, 415, "unsupported_media_type"),
        (put.json("{"), 400, "invalid_request"),
        (
            put.json(r#"{"name":" ","features":[]}"#),
            422,
            "validation_failed",
        ),
        (
            Call {
                target: "/admin/packages/a%20b",
                ..put
            },
            400,
            "invalid_request",
        ),
        (get("/admin/packages?limit=0"), 400, "invalid_request"),
        (get("/admin/packages/a%20b"), 404, "not_found"),
        (
            get("/events/t").headers(&[("x-guest-id", "no id")]),
            400,
            "invalid_request",
        ),
        (
            Call::new("POST", "/hooks/fal/edit_01ARZ3NDEKTSV4RRFFQ69G5FAV?t=x").json(&large),
            413,
            "payload_too_large",
        ),
    ] {
        let found = refusal(call).await;
        assert_eq!(
            found,
            (status, code.to_owned()),
            "{} {}",
            call.method,
            call.target
        );
    }
}

#[tokio::test]
async fn the_document_is_served_as_it_is_checked_in() {
    let response = Call::new("GET", "/openapi.json")
        .send(&Cloud::in_memory().0)
        .await;
    let served: Value = serde_json::from_str(response.body()).unwrap();
    assert_eq!(
        served,
        serde_json::from_str::<Value>(openapi::CHECKED_IN).unwrap()
    );
    assert_eq!(openapi::served().body(), response.body());
}

#[test]
fn a_literal_segment_wins_over_a_parameter() {
    let (found, parameters) = route("GET", "/tenant/events/e%2B1/ai-edits/summary").unwrap();
    assert_eq!(found.operation, "get_event_summary");
    assert_eq!(parameters["eventSlug"], "e+1");
}

#[tokio::test]
async fn a_repeated_request_makes_one_edit_and_sends_it_again_while_it_waits() {
    let (cloud, memory) = Cloud::in_memory();
    let token = event_with_a_style(&cloud).await;
    let event = data(&cloud, 200, Call::new("GET", &format!("/events/{token}"))).await;
    assert_eq!(event["ai_edits"]["available"], true);

    let photos = format!("/events/{token}/photos");
    let photo = Call::new("POST", &photos).json(r#"{ "mime_type": "image/jpeg", "size_bytes": 1000 }"#);
    let photo = data(&cloud, 201, photo).await;
    let edits = format!("{photos}/{}/ai-edits", photo["id"].as_str().unwrap());
    let ask = Call::new("POST", &edits)
        .json(r#"{ "style_key": "watercolour" }"#)
        .headers(&[
            ("content-type", "application/json"),
            ("x-guest-id", "phone"),
            ("idempotency-key", "k1"),
        ]);
    let first = data(&cloud, 202, ask).await;
    assert_eq!(data(&cloud, 202, ask).await["id"], first["id"]);
    // The first message may have been lost with the first request; a message too many finds nothing to do.
    assert_eq!(memory.queues.take().len(), 2);

    let own = format!("/events/{token}/ai-edits/{}", first["id"].as_str().unwrap());
    let own = data(&cloud, 200, Call::new("GET", &own)).await;
    assert_eq!(
        (&own["status"], &own["wait"]["position"]),
        (&json!("queued"), &json!(1))
    );
    let list = Call::new(
        "GET",
        "/tenant/events/anna-and-ben/ai-edits?status=queued&limit=1",
    );
    assert_eq!(data(&cloud, 200, list.claims(TENANT)).await[0]["id"], first["id"]);
}

#[tokio::test]
async fn a_list_goes_on_after_its_cursor() {
    let (cloud, _) = Cloud::in_memory();
    for key in ["a", "b", "c"] {
        let target = format!("/admin/packages/{key}");
        let put = Call::new("PUT", &target).claims(SUPERADMIN);
        data(&cloud, 200, put.json(r#"{ "name": "P", "features": [] }"#)).await;
    }
    let (mut keys, mut target) = (Vec::new(), "/admin/packages?limit=2".to_owned());
    loop {
        let response = Call::new("GET", &target).claims(SUPERADMIN).send(&cloud).await;
        let page: Value = serde_json::from_str(response.body()).unwrap();
        let entries = page["data"].as_array().unwrap().iter();
        keys.extend(entries.map(|package| package["key"].clone()));
        let Some(cursor) = page["meta"]["next_cursor"].as_str() else {
            break;
        };
        target = format!("/admin/packages?limit=2&cursor={cursor}");
    }
    assert_eq!(keys, ["a", "b", "c"]);
}

#[tokio::test]
async fn another_tenants_event_looks_like_a_missing_one() {
    let (cloud, _) = Cloud::in_memory();
    event_with_a_style(&cloud).await;
    let get = Call::new("GET", "/tenant/events/anna-and-ben/ai-settings");
    let response = get.claims(&[("custom:tenant_id", "t2")]).send(&cloud).await;
    let body: Value = serde_json::from_str(response.body()).unwrap();
    assert_eq!(
        (response.status().as_u16(), &body["code"]),
        (404, &json!("event_not_found"))
    );
}
