use bytes::Bytes;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::error::Acceptance;

fn task() -> TaskId {
    TaskId::from(Uuid::try_parse("3f2b8a1e-5c4d-4e6f-8a9b-0c1d2e3f4a5b").unwrap())
}

fn answer(status: u16, body: impl Into<Bytes>) -> Answer {
    Answer {
        status,
        retry_after: None,
        headers: reqwest::header::HeaderMap::new(),
        body: Some(body.into()),
    }
}

fn recorded(file: &str) -> Answer {
    let file: Value = serde_json::from_str(file).unwrap();
    let status = u16::try_from(file["status"].as_u64().unwrap()).unwrap();
    let body = match file["text"].as_str() {
        Some(text) => text.to_owned(),
        None => file["body"].to_string(),
    };
    answer(status, body)
}

fn picture(output: &Output) -> String {
    let place = match &output.image {
        OutputImage::Url(url) => {
            assert_eq!(url.as_str(), "https://im.runware.ai/image/ws/2/ii/7a1d.jpg");
            String::new()
        }
        OutputImage::Inline(picture) => {
            assert_eq!(picture.as_ref(), b"\xff\xd8jpeg");
            "inline, ".to_owned()
        }
        other => format!("{other:?}, "),
    };
    let cost = output
        .cost
        .map_or("unknown".to_owned(), |cost| cost.get().to_string());
    let seed = output.seed.map_or("unknown".to_owned(), |seed| seed.to_string());
    format!(
        "{place}cost {cost}, seed {seed}{}",
        if output.flagged { ", flagged" } else { "" }
    )
}

fn told(error: &ProviderError) -> String {
    format!(
        "{:?} {} {:?}{}",
        error.class,
        error.code,
        error.acceptance,
        price(error)
    )
}

fn price(error: &ProviderError) -> String {
    error
        .cost
        .map_or(String::new(), |cost| format!(" at {}", cost.get()))
}

fn as_submit(answer: &Answer) -> String {
    match submitted(answer, task()) {
        Ok(Submitted::Accepted { handle: None }) => "no error".to_owned(),
        Ok(Submitted::Accepted { handle: Some(handle) }) => {
            assert_eq!(handle, task().to_string());
            "accepted".to_owned()
        }
        Ok(Submitted::Finished(output)) => picture(&output),
        Err(error) => told(&error),
    }
}

fn as_progress(answer: &Answer) -> String {
    match progress(answer, task()) {
        Ok(Progress::Pending) => "pending".to_owned(),
        Ok(Progress::Absent) => "absent".to_owned(),
        Ok(Progress::Unnamed) => "unnamed".to_owned(),
        Ok(Progress::Done(output)) => picture(&output),
        Ok(Progress::Failed(error)) => {
            assert_eq!(error.acceptance, Acceptance::Refused, "a verdict leaves no doubt");
            format!("failed {:?} {}{}", error.class, error.code, price(&error))
        }
        Err(error) => format!("no verdict: {:?} {}", error.class, error.code),
    }
}

macro_rules! recorded_answers {
    ($($file:literal: $submit:literal, $progress:literal;)*) => {
        /// Every shape seen in the wild: (file, as the answer to a submit, as the answer to a question).
        const RECORDED: &[(&str, &str, &str, &str)] = &[$((
            $file,
            include_str!(concat!("../../../tests/runware_answers/", $file, ".json")),
            $submit,
            $progress,
        )),*];
    };
}

recorded_answers! {
    "ack": "accepted", "pending";
    "ack_empty_data": "no error", "absent";
    "ack_null_errors": "no error", "absent";
    "ack_beside_an_error_of_nobody": "accepted", "failed Provider inferenceError";
    "success": "cost 39000, seed 1234567", "cost 39000, seed 1234567";
    "success_without_status": "cost 39000, seed 1234567", "cost 39000, seed 1234567";
    "success_numbers_as_text": "cost 39000, seed 18446744073709551557", "cost 39000, seed 18446744073709551557";
    "success_seed_beyond_2_53": "cost 39000, seed 18446744073709551557", "cost 39000, seed 18446744073709551557";
    "success_without_cost": "cost unknown, seed 1234567", "cost unknown, seed 1234567";
    "success_cost_zero": "cost unknown, seed 1234567", "cost unknown, seed 1234567";
    "success_cost_nonsense": "cost unknown, seed unknown", "cost unknown, seed unknown";
    "success_data_is_an_object": "cost 39000, seed 1234567", "cost 39000, seed 1234567";
    "success_uppercase_uuid": "cost 39000, seed 1234567", "cost 39000, seed 1234567";
    "success_flagged": "cost 39000, seed 1234567, flagged", "cost 39000, seed 1234567, flagged";
    "success_withheld": "Missing, cost 39000, seed 1234567, flagged", "Missing, cost 39000, seed 1234567, flagged";
    "success_without_image": "Missing, cost 39000, seed 1234567", "Missing, cost 39000, seed 1234567";
    "success_without_image_for_nothing": "Missing, cost 0, seed 1234567", "Missing, cost 0, seed 1234567";
    "success_without_image_beside_moderation": "Missing, cost 39000, seed 1234567, flagged", "Missing, cost 39000, seed 1234567, flagged";
    "success_image_is_no_address": "Address, cost 39000, seed 1234567", "Address, cost 39000, seed 1234567";
    "success_base64": "inline, cost 39000, seed 1234567", "inline, cost 39000, seed 1234567";
    "success_data_uri": "inline, cost 39000, seed 1234567", "inline, cost 39000, seed 1234567";
    "success_base64_beside_a_file": "inline, cost 39000, seed 1234567", "inline, cost 39000, seed 1234567";
    "success_data_uri_cut_short": "Encoding, cost 39000, seed 1234567", "Encoding, cost 39000, seed 1234567";
    "success_cost_negative": "cost -39000, seed 1234567", "cost -39000, seed 1234567";
    "error_that_costs": "Provider inferenceError Refused at 39000", "failed Provider inferenceError at 39000";
    "success_beside_an_error_of_another": "cost 39000, seed 1234567", "cost 39000, seed 1234567";
    "success_beside_an_error_of_ours": "cost 39000, seed 1234567", "cost 39000, seed 1234567";
    "success_after_processing": "cost 39000, seed 1234567", "cost 39000, seed 1234567";
    "success_names_no_task": "no error", "absent";
    "success_of_another_task": "no error", "absent";
    "processing": "accepted", "pending";
    "status_unheard_of": "accepted", "pending";
    "error_in_errors_with_200": "Timeout providerTimeout Refused", "failed Timeout providerTimeout";
    "error_beside_empty_data": "Validation unsupportedDimensions Refused", "failed Validation unsupportedDimensions";
    "error_as_item": "Provider inferenceError Refused", "failed Provider inferenceError";
    "error_flat_item": "RateLimit providerRateLimitExceeded Refused", "failed RateLimit providerRateLimitExceeded";
    "error_flat_envelope": "Validation invalidImage Refused", "failed Validation invalidImage";
    "error_bare": "Quota insufficientCredits Refused", "no verdict: Quota insufficientCredits";
    "error_bare_names_no_task": "Auth invalidApiKey Refused", "no verdict: Auth invalidApiKey";
    "error_is_a_text": "Auth unknown Refused", "no verdict: Auth unknown";
    "error_conflict": "accepted", "no verdict: Conflict conflictTaskUUID";
    "error_moderation": "Safety invalidProviderContent Refused", "failed Safety invalidProviderContent";
    "error_about_the_prompt": "Validation invalidPositivePrompt Refused", "failed Validation invalidPositivePrompt";
    "error_quotes_the_request": "Validation unknownParameter Refused", "failed Validation unknownParameter";
    "error_of_another_task": "Validation http400 Refused", "no verdict: Validation http400";
    "error_names_no_task_inference": "Provider inferenceError Refused", "failed Provider inferenceError";
    "error_names_no_task_validation": "Validation invalidTaskUUID Refused", "no verdict: Validation invalidTaskUUID";
    "error_upstream_key": "Provider providerAuthenticationFailed Refused", "no verdict: Provider providerAuthenticationFailed";
    "error_rate_limit": "RateLimit rateLimitExceeded Refused", "no verdict: RateLimit rateLimitExceeded";
    "error_server_readable": "Server internalServerError Unknown", "no verdict: Server internalServerError";
    "error_task_failed_or_not_found": "NotFound taskFailedOrNotFound Refused", "absent";
    "archive_success": "cost 39000, seed 1234567", "cost 39000, seed 1234567";
    "archive_error_names_no_task": "Safety contentPolicyViolation Refused", "failed Safety contentPolicyViolation";
    "archive_quota": "Quota insufficientCredits Refused", "failed Quota insufficientCredits";
    "archive_acknowledgement": "accepted", "pending";
    "archive_without_response": "accepted", "pending";
    "archive_of_another_task": "no error", "absent";
    "html_502": "Server http502 Unknown", "no verdict: Server http502";
    "html_200": "Server unreadableAnswer Unknown", "no verdict: Server unreadableAnswer";
    "html_404": "Validation http404 Refused", "no verdict: Validation http404";
    "empty_503": "Server http503 Unknown", "no verdict: Server http503";
    "message_only_403": "Auth http403 Refused", "no verdict: Auth http403";
    "empty_object": "Server unreadableAnswer Unknown", "no verdict: Server unreadableAnswer";
    "empty_array": "Server unreadableAnswer Unknown", "no verdict: Server unreadableAnswer";
    "cut_short": "Server unreadableAnswer Unknown", "no verdict: Server unreadableAnswer";
}

#[test]
fn every_recorded_answer_is_understood() {
    for (name, file, submit, progress) in RECORDED {
        assert_eq!(
            as_submit(&recorded(file)),
            *submit,
            "{name} as the answer to a submit"
        );
        assert_eq!(
            as_progress(&recorded(file)),
            *progress,
            "{name} as the answer to a question"
        );
    }
}

#[test]
fn every_recorded_file_is_in_the_table() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runware_answers");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .file_name()
                .into_string()
                .unwrap()
                .replace(".json", "")
        })
        .collect();
    files.sort();
    let mut table: Vec<&str> = RECORDED.iter().map(|(name, ..)| *name).collect();
    table.sort_unstable();
    assert_eq!(files, table);
}

#[test]
fn an_error_of_a_server_leaves_open_whether_the_task_was_taken_unless_it_refuses_this_task() {
    let error = |code: &str, is_ours: bool| {
        let mut error = json!({ "code": code, "message": "m" });
        if is_ours {
            error["taskUUID"] = json!(task().to_string());
        }
        json!({ "errors": [error] }).to_string()
    };
    for (status, body, meaning) in [
        // As gateways write it, after passing the request on.
        (
            502,
            r#"{"error":"Bad Gateway"}"#.to_owned(),
            "Server unknown Unknown",
        ),
        (
            504,
            r#"{"errors":["timed out"]}"#.to_owned(),
            "Server unknown Unknown",
        ),
        (
            408,
            r#"{"error":{"message":"m"}}"#.to_owned(),
            "Timeout unknown Unknown",
        ),
        (
            500,
            error("internalServerError", true),
            "Server internalServerError Unknown",
        ),
        (
            500,
            error("providerTimeout", true),
            "Timeout providerTimeout Unknown",
        ),
        (
            503,
            error("modelUnavailable", false),
            "Server modelUnavailable Unknown",
        ),
        // As Runware writes it, about this very task.
        (
            503,
            error("modelUnavailable", true),
            "Server modelUnavailable Refused",
        ),
        (
            503,
            error("serviceUnavailable", true),
            "Server serviceUnavailable Refused",
        ),
        (
            500,
            error("invalidPositivePrompt", true),
            "Server invalidPositivePrompt Refused",
        ),
        (
            429,
            error("rateLimitExceeded", false),
            "RateLimit rateLimitExceeded Refused",
        ),
        (
            400,
            error("inferenceError", false),
            "Provider inferenceError Refused",
        ),
    ] {
        assert_eq!(
            as_submit(&answer(status, body.clone())),
            meaning,
            "{status} {body}"
        );
    }
}

#[test]
fn an_answer_too_large_to_read_has_an_unknown_outcome() {
    let large = Answer {
        status: 200,
        retry_after: None,
        headers: reqwest::header::HeaderMap::new(),
        body: None,
    };
    assert_eq!(as_submit(&large), "Server answerTooLarge Unknown");
    assert_eq!(as_progress(&large), "no verdict: Server answerTooLarge");
}

#[test]
fn the_operators_message_never_has_the_guests_words() {
    for name in [
        "error_moderation",
        "error_about_the_prompt",
        "error_quotes_the_request",
    ] {
        let (_, file, ..) = RECORDED.iter().find(|(file, ..)| *file == name).unwrap();
        let error = submitted(&recorded(file), task()).unwrap_err();
        assert!(!error.to_string().contains("Anna"), "{name}: {error}");
        assert!(!error.to_string().contains("wedding"), "{name}: {error}");
    }
    let (_, file, ..) = RECORDED
        .iter()
        .find(|(file, ..)| *file == "error_quotes_the_request")
        .unwrap();
    let error = submitted(&recorded(file), task()).unwrap_err();
    assert_eq!(
        error.message,
        "about frobnicate: Unknown parameter … in …, it isn't known"
    );
    assert_eq!(error.http_status, Some(400));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let answer = answer(status, body);
        let _ = submitted(&answer, task());
        let _ = progress(&answer, task());
    }

    #[test]
    fn no_json_makes_it_panic(status in 100_u16..600, body in any_json()) {
        let answer = answer(status, body.to_string());
        let _ = submitted(&answer, task());
        let _ = progress(&answer, task());
    }

    #[test]
    fn the_price_of_a_result_is_never_lost_whatever_else_it_lacks(
        mut item in prop::collection::btree_map("imageURL|imageDataURI|imageBase64Data|seed|NSFWContent|x", any_json(), 0..5),
        cost in 1_i64..2_000_000,
        errors in any_json(),
    ) {
        item.insert("taskUUID".to_owned(), json!(task().to_string()));
        item.insert("status".to_owned(), json!("success"));
        item.insert("cost".to_owned(), json!(MicroUsd::new(cost).as_dollars()));
        let answer = answer(200, json!({ "data": [item], "errors": errors }).to_string());
        match progress(&answer, task()) {
            Ok(Progress::Done(output)) => prop_assert_eq!(output.cost, Some(MicroUsd::new(cost))),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn no_answer_delivers_a_picture_that_names_another_task(other in any::<u128>(), status in "[a-z]{0,8}") {
        let other = Uuid::from_u128(other);
        prop_assume!(other != task().uuid());
        let item = json!({ "taskUUID": other.to_string(), "status": status, "imageURL": "https://im.runware.ai/x.jpg" });
        for body in [json!({ "data": [item] }), json!({ "data": item }), json!({ "data": [{ "taskUUID": task().to_string(), "response": { "data": [item] } }] })] {
            prop_assert!(!matches!(progress(&answer(200, body.to_string()), task()), Ok(Progress::Done(_))));
        }
    }
}

/// JSON made of the words that the protocol uses, in every arrangement.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "success",
        "error",
        "processing",
        "imageInference",
        "getTaskDetails",
        "conflictTaskUUID",
        "inferenceError",
        "3f2b8a1e-5c4d-4e6f-8a9b-0c1d2e3f4a5b",
        "https://im.runware.ai/x.jpg",
        "0.04",
        "“",
        "'",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "data",
        "errors",
        "error",
        "taskUUID",
        "taskType",
        "status",
        "imageURL",
        "imageDataURI",
        "imageBase64Data",
        "cost",
        "seed",
        "NSFWContent",
        "code",
        "message",
        "parameter",
        "response",
    ]);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}
