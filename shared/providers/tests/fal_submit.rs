//! Submits against fal's loopback double: every way in which one can go.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod caller;

use std::time::{Duration, Instant};

use caller::PROMPT;
use caller::fal::{Caller, handle};
use doubles::fal::{API_KEY, Behaviour, Fault, Server};
use providers::fal::ENDPOINTS;
use providers::{Acceptance, ErrorClass, Progress, SourcePhoto};

#[tokio::test]
async fn the_input_for_every_endpoint_and_shape_is_one_that_it_takes() {
    let server = Server::start(Behaviour::default()).await;
    let mut caller = Caller::new(&server);
    let mut submits = 0;
    for endpoint in ENDPOINTS {
        for (width, height) in [(64, 48), (48, 64), (50, 50), (100, 20), (20, 100)] {
            submits += 1;
            caller.model = endpoint.model.id;
            caller.photo = SourcePhoto {
                width: width * 20,
                height: height * 20,
                ..caller.photo
            };
            let accepted = caller.submit().await;
            assert!(
                accepted.is_ok(),
                "{} for {width}x{height}: {accepted:?}",
                endpoint.model.id
            );
        }
    }
    assert_eq!((server.counts().rejected, server.counts().submits), (0, submits));
}

#[tokio::test]
async fn a_submit_asks_for_privacy_and_says_where_to_call_back() {
    let server = Server::start(Behaviour::default()).await;
    let mut caller = Caller::new(&server);
    caller.webhook = Some(
        "https://edits.example.com/api/v1/hooks/fal/edit_1?t=a.b"
            .parse()
            .unwrap(),
    );
    handle(caller.submit().await);
    let [request] = server.requests().try_into().unwrap();
    for (name, value) in [
        ("x-fal-store-io", "0"),
        (
            "x-fal-object-lifecycle-preference",
            r#"{"expiration_duration_seconds":3600}"#,
        ),
        ("x-fal-no-retry", "1"),
        ("x-fal-request-timeout", "300"),
        ("x-app-fal-disable-fallback", "true"),
    ] {
        assert_eq!(
            request.headers.get(name).map(String::as_str),
            Some(value),
            "{name}"
        );
    }
    assert_eq!(request.input["sync_mode"], false);
    assert_eq!(request.photo, caller.photo.jpeg);
    assert_eq!(
        request.webhook_url.as_deref(),
        caller.webhook.as_ref().map(url::Url::as_str)
    );
    assert!(
        !format!("{:?}", caller.job()).contains("hooks"),
        "the address has a token in it"
    );
}

#[tokio::test]
async fn the_answer_names_the_request() {
    let server = Server::start(Behaviour::default()).await;
    let caller = Caller::new(&server);
    let name = handle(caller.submit().await);
    let [request] = server.requests().try_into().unwrap();
    assert_eq!(name, format!("fal-ai/flux-pro/requests/{}", request.id));
    assert_eq!(
        (providers::fal::DESCRIPTOR.handle)(caller.model, &request.id),
        Some(name),
        "as a webhook would"
    );
}

#[tokio::test]
async fn a_submit_without_an_answer_is_unknown_and_has_no_handle() {
    for (name, fault, class, code) in [
        (
            "reset after",
            Fault::ResetAfter,
            ErrorClass::Server,
            "connectionLost",
        ),
        (
            "reset before",
            Fault::ResetBefore,
            ErrorClass::Server,
            "connectionLost",
        ),
        ("cut off", Fault::CutOff, ErrorClass::Server, "connectionLost"),
        (
            "slow",
            Fault::Slow(Duration::from_secs(5)),
            ErrorClass::Timeout,
            "requestTimeout",
        ),
        (
            "gateway",
            Fault::html(502).but_carried_out(),
            ErrorClass::Server,
            "http502",
        ),
        (
            "page",
            Fault::html(200).but_carried_out(),
            ErrorClass::Server,
            "unreadableAnswer",
        ),
        (
            "text",
            Fault::detail(500, "Internal Server Error"),
            ErrorClass::Server,
            "http500",
        ),
    ] {
        let server = Server::start(Behaviour::submit(fault)).await;
        let caller = Caller::with(&server.base_url(), API_KEY, Duration::from_millis(700));
        let error = caller.submit().await.unwrap_err();
        assert_eq!(
            (error.class, error.code.as_str()),
            (class, code),
            "{name}: {error}"
        );
        assert_eq!(error.acceptance, Acceptance::Unknown, "{name}");
        assert!(
            !error.may_be_repeated(),
            "{name}: it may be at work, and would be paid twice"
        );
        assert_eq!(server.counts().submits, 1, "{name}: one submit is one request");
        for progress in [caller.poll(None).await, caller.lookup(None).await] {
            assert_eq!(progress, Ok(Progress::Unnamed), "{name}");
        }
        assert_eq!(server.counts().statuses, 0, "{name}: there is nothing to ask for");
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (fault, class, status) in [
        (Fault::detail(401, "No user found"), ErrorClass::Auth, 401),
        (Fault::html(403), ErrorClass::Auth, 403),
        (
            Fault::detail(403, "User is locked. Reason: Exhausted balance."),
            ErrorClass::Quota,
            403,
        ),
        (Fault::detail(402, "Payment required"), ErrorClass::Quota, 402),
        (
            Fault::detail(404, "Application not found"),
            ErrorClass::NotFound,
            404,
        ),
        (
            Fault::model(422, "content_policy_violation"),
            ErrorClass::Safety,
            422,
        ),
        (Fault::model(422, "image_too_large"), ErrorClass::Validation, 422),
        (
            Fault::model(503, "runner_scheduling_failure"),
            ErrorClass::Server,
            503,
        ),
    ] {
        let server = Server::start(Behaviour::submit(fault)).await;
        let error = Caller::new(&server).submit().await.unwrap_err();
        assert_eq!((error.class, error.http_status), (class, Some(status)), "{error}");
        assert_eq!(error.acceptance, Acceptance::Refused, "{error}");
        assert_eq!(server.billed_micro_usd(), 0);
    }
}

#[tokio::test]
async fn a_full_queue_yields_its_retry_after() {
    let server = Server::start(Behaviour::submit(Fault::queue_full(7))).await;
    let error = Caller::new(&server).submit().await.unwrap_err();
    assert_eq!(
        (error.class, error.retry_after, error.acceptance),
        (
            ErrorClass::RateLimit,
            Some(Duration::from_secs(7)),
            Acceptance::Refused
        )
    );
}

#[tokio::test]
async fn a_wrong_key_is_an_auth_error_and_is_shown_nowhere() {
    let server = Server::start(Behaviour::default()).await;
    let caller = Caller::with(&server.base_url(), "wrong-key-123", Duration::from_secs(5));
    let error = caller.submit().await.unwrap_err();
    assert_eq!(
        (error.class, error.acceptance),
        (ErrorClass::Auth, Acceptance::Refused)
    );
    assert!(!format!("{error:?} {:?}", caller.provider).contains("wrong-key-123"));
    assert_eq!(server.counts().unauthorized, 1);
}

#[tokio::test]
async fn a_closed_port_or_an_unknown_endpoint_means_not_sent() {
    let server = Server::start(Behaviour::default()).await;
    let mut caller = Caller::new(&server);
    caller.model = "google:4@1";
    let error = caller.submit().await.unwrap_err();
    assert_eq!(
        (error.class, error.acceptance),
        (ErrorClass::Validation, Acceptance::NotSent)
    );
    assert_eq!(server.counts().submits, 0);

    caller.model = "fal-ai/flux-pro/kontext";
    server.stop().await;
    let error = caller.submit().await.unwrap_err();
    assert_eq!(
        (error.class, error.acceptance),
        (ErrorClass::Server, Acceptance::NotSent)
    );
}

#[tokio::test]
async fn an_error_that_quotes_the_prompt_withholds_it() {
    for body in [
        serde_json::json!({ "detail": format!("cannot paint {PROMPT}") }),
        serde_json::json!({ "detail": [{ "loc": ["body", "prompt"], "msg": PROMPT, "type": "string_too_long" }] }),
        serde_json::json!({ "detail": [{ "loc": ["body"], "msg": "m", "input": PROMPT, "type": "value_error" }] }),
    ] {
        let server = Server::start(Behaviour::submit(Fault::json(422, &body))).await;
        let error = Caller::new(&server).submit().await.unwrap_err();
        assert!(!format!("{error:?}").contains("Anna"), "{error:?}");
    }
}

#[tokio::test]
async fn submits_run_side_by_side_on_one_client() {
    let server = Server::start(Behaviour::submit(Fault::Slow(Duration::from_millis(400)))).await;
    let caller = Caller::new(&server);
    let begin = Instant::now();
    let (a, b, c) = tokio::join!(caller.submit(), caller.submit(), caller.submit());
    let names = [a, b, c].map(handle);
    assert!(names[0] != names[1] && names[1] != names[2], "{names:?}");
    assert!(
        begin.elapsed() < Duration::from_millis(1_150),
        "{:?}",
        begin.elapsed()
    );
}
