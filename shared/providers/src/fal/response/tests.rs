use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::json;

use super::*;

const ENDPOINT: &str = "fal-ai/flux-pro/kontext";
const ID: &str = "764cabcf-b745-4b3e-ae38-1200304cf45b";
const IMAGE: &str = "https://v3.fal.media/files/a/b.jpeg";

fn answer(status: u16, body: impl Into<Bytes>) -> Answer {
    Answer {
        status,
        retry_after: None,
        headers: HeaderMap::new(),
        body: Some(body.into()),
    }
}

fn says(status: u16, body: &Value) -> Answer {
    answer(status, body.to_string())
}

fn with_header(mut answer: Answer, name: &'static str, value: &str) -> Answer {
    answer.headers.insert(name, value.parse().unwrap());
    answer
}

fn as_submit(answer: &Answer) -> String {
    match submitted(answer, ENDPOINT, &"https://queue.fal.run".parse().unwrap()) {
        Ok(Submitted::Accepted { handle }) => handle.unwrap(),
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("{:?} {} {:?}", error.class, error.code, error.acceptance),
    }
}

fn as_result(answer: &Answer) -> String {
    match result(answer, ENDPOINT) {
        Ok(Progress::Done(output)) => format!(
            "done {:?}{}{}",
            output.cost.map(MicroUsd::get),
            if output.flagged { " flagged" } else { "" },
            match output.image {
                OutputImage::Url(_) => String::new(),
                other => format!(" {other:?}"),
            }
        ),
        Ok(Progress::Failed(error)) => {
            let cost = error
                .cost
                .map_or(String::new(), |cost| format!(" at {}", cost.get()));
            format!("failed {:?} {}{cost}", error.class, error.code)
        }
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("no verdict: {:?} {}", error.class, error.code),
    }
}

#[test]
fn an_acknowledgement_names_the_request() {
    let name = format!("fal-ai/flux-pro/requests/{ID}");
    let address = format!("https://queue.fal.run/{name}");
    for ack in [
        json!({ "request_id": ID, "response_url": address, "status": "IN_QUEUE", "queue_position": 0 }),
        json!({ "request_id": ID }),
        json!({ "request_id": ID, "gateway_request_id": ID, "response_url": null }),
        // The key goes to no other place, whatever the answer says.
        json!({ "request_id": ID, "response_url": format!("https://example.com/{name}") }),
    ] {
        assert_eq!(as_submit(&says(200, &ack)), name, "{ack}");
    }
}

#[test]
fn a_submit_that_is_not_accepted_says_whether_another_is_safe() {
    for (answer, meaning) in [
        (answer(200, "<html>"), "Server unreadableAnswer Unknown"),
        (says(200, &json!({})), "Server unreadableAnswer Unknown"),
        (
            says(200, &json!({ "request_id": "../x" })),
            "Server unreadableAnswer Unknown",
        ),
        (answer(502, "<html>"), "Server http502 Unknown"),
        (
            says(500, &json!({ "detail": "Internal Server Error" })),
            "Server http500 Unknown",
        ),
        (
            says(500, &json!({ "detail": "x", "error_type": "internal_error" })),
            "Server internal_error Refused",
        ),
        (
            says(401, &json!({ "detail": "No user found" })),
            "Auth http401 Refused",
        ),
        (answer(403, "<html>"), "Auth http403 Refused"),
        (
            says(
                403,
                &json!({ "detail": "User is locked. Reason: Exhausted balance." }),
            ),
            "Quota http403 Refused",
        ),
        (
            says(402, &json!({ "detail": "Payment required" })),
            "Quota http402 Refused",
        ),
        (
            says(404, &json!({ "detail": "Application not found" })),
            "NotFound http404 Refused",
        ),
        (
            says(
                422,
                &json!({ "detail": [{ "loc": ["body", "image_url"], "msg": "m", "type": "image_too_large" }] }),
            ),
            "Validation image_too_large Refused",
        ),
        (
            says(429, &json!({ "detail": "Queue full" })),
            "RateLimit http429 Refused",
        ),
        (answer(307, ""), "Server http307 Refused"),
    ] {
        assert_eq!(as_submit(&answer), meaning, "{answer:?}");
    }
}

#[test]
fn a_status_is_completed_absent_or_not_yet() {
    for (body, expected) in [
        ("IN_QUEUE", Status::Pending),
        ("IN_PROGRESS", Status::Pending),
        ("warming up", Status::Pending),
        ("COMPLETED", Status::Completed),
        ("failed", Status::Completed),
    ] {
        assert_eq!(status(&says(202, &json!({ "status": body }))).unwrap(), expected);
    }
    assert_eq!(status(&answer(404, "")).unwrap(), Status::Absent);
    for trouble in [
        answer(200, "<html>"),
        says(200, &json!({})),
        answer(500, ""),
        says(401, &json!({ "detail": "no" })),
        says(429, &json!({ "detail": "slow down" })),
    ] {
        assert!(status(&trouble).is_err(), "{trouble:?}");
    }
}

#[test]
fn a_result_is_a_picture_a_verdict_or_nothing_yet() {
    let picture = json!({ "images": [{ "url": IMAGE }], "seed": 1, "has_nsfw_concepts": [false] });
    let typed = |kind: &str| json!({ "detail": [{ "loc": ["body"], "msg": "m", "type": kind }] });
    for (answer, meaning) in [
        (says(200, &picture), "done None"),
        (
            with_header(says(200, &picture), BILLABLE_UNITS, "1"),
            "done Some(40000)",
        ),
        (
            with_header(says(200, &picture), BILLABLE_UNITS, "1.5"),
            "done Some(60000)",
        ),
        (with_header(says(200, &picture), BILLABLE_UNITS, "0"), "done None"),
        (
            with_header(says(200, &picture), BILLABLE_UNITS, "NaN"),
            "done None",
        ),
        (
            with_header(says(200, &picture), BILLABLE_UNITS, "-3"),
            "done Some(-120000)",
        ),
        (says(200, &json!({ "image": { "url": IMAGE } })), "done None"),
        (
            says(
                200,
                &json!({ "images": [{ "url": IMAGE }], "has_nsfw_concepts": [true] }),
            ),
            "done None flagged",
        ),
        (
            with_header(
                says(200, &json!({ "images": [], "has_nsfw_concepts": [true] })),
                BILLABLE_UNITS,
                "1",
            ),
            "done Some(40000) flagged Missing",
        ),
        (
            with_header(says(200, &json!({ "images": [] })), BILLABLE_UNITS, "1"),
            "done Some(40000) Missing",
        ),
        (
            with_header(says(200, &json!({ "images": [] })), BILLABLE_UNITS, "0"),
            "done Some(0) Missing",
        ),
        (says(200, &json!({ "images": null })), "done None Missing"),
        (
            says(
                200,
                &json!({ "images": [{ "url": "data:image/jpeg;base64,/9hqcGVn" }] }),
            ),
            "done None Inline(6 bytes)",
        ),
        (
            says(
                200,
                &json!({ "images": [{ "url": "file:///a" }, { "url": IMAGE }] }),
            ),
            "done None",
        ),
        (
            says(200, &json!({ "images": [{ "url": "file:///a" }] })),
            "done None Address",
        ),
        (
            says(200, &json!({ "images": [{ "url": "data:image/jpeg;base64,A" }] })),
            "done None Encoding",
        ),
        (answer(200, "<html>"), "no verdict: Server unreadableAnswer"),
        (
            says(422, &typed("content_policy_violation")),
            "failed Safety content_policy_violation",
        ),
        (
            says(500, &typed("internal_server_error")),
            "failed Server internal_server_error",
        ),
        (
            says(504, &typed("generation_timeout")),
            "failed Timeout generation_timeout",
        ),
        (
            says(
                504,
                &json!({ "detail": "Request timed out", "error_type": "request_timeout" }),
            ),
            "failed Timeout request_timeout",
        ),
        (
            with_header(
                says(503, &json!({ "detail": "x" })),
                "x-fal-error-type",
                "runner_connection_error",
            ),
            "failed Server runner_connection_error",
        ),
        // Without a type, a gateway may have written it, and the picture be there a moment later.
        (
            says(500, &json!({ "detail": "Internal Server Error" })),
            "no verdict: Server http500",
        ),
        (
            says(502, &json!({ "error": "Bad Gateway" })),
            "no verdict: Server http502",
        ),
        (
            says(307, &json!({ "detail": "elsewhere" })),
            "no verdict: Server http307",
        ),
        (
            says(422, &json!({ "detail": "cannot read the picture" })),
            "failed Validation http422",
        ),
        (answer(422, "<html>"), "failed Validation http422"),
        (answer(422, ""), "failed Validation http422"),
        (says(422, &json!([])), "failed Validation http422"),
        (says(422, &json!({ "detail": [] })), "failed Validation http422"),
        (says(400, &json!({ "detail": [] })), "failed Validation http400"),
        (answer(400, "<html>"), "no verdict: Validation http400"),
        (
            with_header(says(422, &typed("no_media_generated")), BILLABLE_UNITS, "1"),
            "failed Safety no_media_generated at 40000",
        ),
        (
            with_header(answer(422, "<html>"), BILLABLE_UNITS, "1"),
            "failed Validation http422 at 40000",
        ),
        (answer(404, ""), "Absent"),
        (answer(502, "<html>"), "no verdict: Server http502"),
        (says(401, &json!({ "detail": "no" })), "no verdict: Auth http401"),
        (
            says(403, &json!({ "detail": "locked" })),
            "no verdict: Quota http403",
        ),
        (
            says(429, &json!({ "detail": "slow" })),
            "no verdict: RateLimit http429",
        ),
    ] {
        assert_eq!(as_result(&answer), meaning, "{answer:?}");
    }
}

#[test]
fn moderation_beside_another_error_is_moderation() {
    let both = json!({ "detail": [
        { "loc": ["body"], "msg": "m", "type": "value_error" },
        { "loc": ["body", "prompt"], "msg": "m", "type": "content_policy_violation" },
    ]});
    assert_eq!(
        as_result(&says(422, &both)),
        "failed Safety content_policy_violation"
    );
}

#[test]
fn an_endpoint_without_a_unit_price_has_no_cost() {
    let answer = with_header(
        says(200, &json!({ "images": [{ "url": IMAGE }] })),
        BILLABLE_UNITS,
        "1",
    );
    for (endpoint, known) in [
        ("openai/gpt-image-2/edit", false),
        ("fal-ai/qwen-image-edit", true),
    ] {
        let Ok(Progress::Done(output)) = result(&answer, endpoint) else {
            panic!("{endpoint}");
        };
        assert_eq!(output.cost.is_some(), known, "{endpoint}");
    }
}

#[test]
fn the_operators_message_never_has_the_guests_words() {
    for detail in [
        json!([{ "loc": ["body", "prompt"], "msg": "Anna and Bert is not allowed", "type": "value_error" }]),
        json!([{ "loc": ["body"], "msg": "Anna and Bert is not allowed", "type": "content_policy_violation" }]),
        json!([{ "loc": ["body"], "msg": "cannot paint 'Anna and Bert'", "type": "value_error" }]),
        json!([{ "loc": ["body"], "msg": "m", "input": "Anna and Bert", "type": "value_error" }]),
    ] {
        let Ok(Progress::Failed(error)) = result(&says(422, &json!({ "detail": detail })), ENDPOINT) else {
            panic!("{detail}");
        };
        assert!(!format!("{error:?}").contains("Anna"), "{error:?}");
    }
}
