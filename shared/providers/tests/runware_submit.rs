//! Submits against the loopback double: every way in which one can go.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod caller;

use std::time::{Duration, Instant};

use caller::{Caller, MODEL, PROMPT, accepted, output};
use domain::MicroUsd;
use doubles::runware::{API_KEY, Behaviour, Fault, Server};
use providers::runware::MODELS;
use providers::{Acceptance, ErrorClass, Progress, SourcePhoto, Submitted};
use serde_json::json;

#[tokio::test]
async fn the_request_for_every_model_and_shape_is_one_that_the_api_takes() {
    let server = Server::start(Behaviour::default()).await;
    let mut caller = Caller::new(&server);
    let mut attempt = 0;
    for model in MODELS {
        for (width, height) in [(64, 48), (48, 64), (50, 50), (100, 20), (20, 100)] {
            attempt += 1;
            caller.model = model.model.id;
            caller.photo = SourcePhoto {
                width: width * 20,
                height: height * 20,
                ..caller.photo
            };
            assert_eq!(
                caller.submit(attempt).await,
                accepted(attempt),
                "{} for {width}x{height}",
                model.model.id
            );
        }
    }
    assert_eq!((server.counts().rejected, server.counts().submits), (0, attempt));
}

#[tokio::test]
async fn a_second_submit_of_an_attempt_is_accepted_and_paid_once() {
    let server = Server::start(Behaviour::default()).await;
    let caller = Caller::new(&server);
    assert_eq!(caller.submit(1).await, accepted(1));
    assert_eq!(caller.submit(1).await, accepted(1));
    assert_eq!(server.counts().conflicts, 1);
    assert_eq!(server.billed_micro_usd(), 39_000);
}

#[tokio::test]
async fn a_submit_without_an_answer_is_unknown_and_the_archive_knows_it() {
    for (name, fault, class, code) in [
        (
            "reset after",
            Fault::ResetAfter,
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
            "gateway timeout",
            Fault::text(504, "text/plain", "").but_carried_out(),
            ErrorClass::Server,
            "http504",
        ),
        (
            "maintenance page",
            Fault::html(200).but_carried_out(),
            ErrorClass::Server,
            "unreadableAnswer",
        ),
    ] {
        let server = Server::start(Behaviour::submit(fault).processing(0)).await;
        let caller = Caller::with(&server.base_url(), API_KEY, Duration::from_millis(700));
        let error = caller.submit(1).await.unwrap_err();
        assert_eq!(
            (error.class, error.code.as_str()),
            (class, code),
            "{name}: {error}"
        );
        assert_eq!(error.acceptance, Acceptance::Unknown, "{name}");
        assert_eq!(server.counts().submits, 1, "{name}: one submit is one request");
        let output = output(caller.lookup(1).await.unwrap());
        assert_eq!(output.cost, Some(MicroUsd::new(39_000)), "{name}");
        assert_eq!(server.billed_micro_usd(), 39_000, "{name}");
    }
}

#[tokio::test]
async fn a_refused_submit_leaves_no_task() {
    let server = Server::start(Behaviour::submit(Fault::ResetBefore)).await;
    let caller = Caller::new(&server);
    let error = caller.submit(1).await.unwrap_err();
    assert_eq!(
        (error.class, error.acceptance),
        (ErrorClass::Server, Acceptance::Unknown)
    );
    assert_eq!(caller.poll(1).await, Ok(Progress::Absent));
    assert_eq!(caller.lookup(1).await, Ok(Progress::Absent));
    assert_eq!(server.counts().submits, 1, "one submit is one request");
    assert_eq!(server.billed_micro_usd(), 0);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (fault, class, status) in [
        (Fault::error(402, "insufficientCredits"), ErrorClass::Quota, 402),
        (
            Fault::error_without_task(401, "invalidApiKey"),
            ErrorClass::Auth,
            401,
        ),
        (
            Fault::error(400, "invalidProviderContent"),
            ErrorClass::Safety,
            400,
        ),
        (
            Fault::error(200, "contentPolicyViolation"),
            ErrorClass::Safety,
            200,
        ),
        (Fault::error(400, "unknownParameter"), ErrorClass::Validation, 400),
        (
            Fault::error(401, "providerAuthenticationFailed"),
            ErrorClass::Provider,
            401,
        ),
        (Fault::error(503, "serviceUnavailable"), ErrorClass::Server, 503),
        (Fault::html(403), ErrorClass::Auth, 403),
    ] {
        let server = Server::start(Behaviour::submit(fault)).await;
        let error = Caller::new(&server).submit(1).await.unwrap_err();
        assert_eq!((error.class, error.http_status), (class, Some(status)), "{error}");
        assert_eq!(error.acceptance, Acceptance::Refused, "{error}");
        assert_eq!(server.billed_micro_usd(), 0);
    }
}

#[tokio::test]
async fn a_wrong_key_is_an_auth_error_and_is_shown_nowhere() {
    let server = Server::start(Behaviour::default()).await;
    let caller = Caller::with(&server.base_url(), "wrong-key-123", Duration::from_secs(5));
    let error = caller.submit(1).await.unwrap_err();
    assert_eq!(
        (error.class, error.acceptance),
        (ErrorClass::Auth, Acceptance::Refused)
    );
    assert!(!format!("{error:?} {:?}", caller.provider).contains("wrong-key-123"));
    assert_eq!(server.counts().unauthorized, 1);
}

#[tokio::test]
async fn retry_after_is_passed_on() {
    let server = Server::start(Behaviour::submit(Fault::rate_limited(7))).await;
    let error = Caller::new(&server).submit(1).await.unwrap_err();
    assert_eq!(
        (error.class, error.retry_after),
        (ErrorClass::RateLimit, Some(Duration::from_secs(7)))
    );
    assert_eq!(error.acceptance, Acceptance::Refused);
}

#[tokio::test]
async fn a_closed_port_means_not_sent() {
    let server = Server::start(Behaviour::default()).await;
    let caller = Caller::new(&server);
    server.stop().await;
    let error = caller.submit(1).await.unwrap_err();
    assert_eq!(
        (error.class, error.acceptance),
        (ErrorClass::Server, Acceptance::NotSent),
        "{error}"
    );
}

#[tokio::test]
async fn an_unknown_model_is_not_sent() {
    let server = Server::start(Behaviour::default()).await;
    let mut caller = Caller::new(&server);
    caller.model = "fake:ok";
    let error = caller.submit(1).await.unwrap_err();
    assert_eq!(
        (error.class, error.acceptance),
        (ErrorClass::Validation, Acceptance::NotSent)
    );
    assert_eq!(server.counts().submits, 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_no_key_along() {
    let elsewhere = Server::start(Behaviour::default()).await;
    let redirect = match Fault::text(307, "text/plain", "") {
        Fault::Answer(mut answer) => {
            answer.headers.push(("location", elsewhere.base_url()));
            Fault::Answer(answer)
        }
        other => other,
    };
    let server = Server::start(Behaviour::submit(redirect)).await;
    let error = Caller::new(&server).submit(1).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.acceptance),
        ("http307", Acceptance::Refused)
    );
    assert_eq!(
        (elsewhere.counts().submits, elsewhere.counts().unauthorized),
        (0, 0)
    );
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let large = Fault::text(200, "application/json", &"[".repeat(3_000_000));
    let server = Server::start(Behaviour::submit(large)).await;
    let error = Caller::new(&server).submit(1).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.acceptance),
        ("answerTooLarge", Acceptance::Unknown)
    );
}

#[tokio::test]
async fn an_error_that_quotes_the_prompt_withholds_it() {
    for body in [
        json!({ "errors": [{ "code": "invalidProviderContent", "message": format!("{PROMPT} is not allowed") }] }),
        json!({ "errors": [{ "code": "inferenceError", "message": format!("failed on \"{PROMPT}\"") }] }),
        json!({ "errors": [{ "code": "inferenceError", "message": format!("failed on {PROMPT}") }] }),
        json!({ "errors": [{ "code": "invalidX", "parameter": ["positivePrompt"], "message": PROMPT }] }),
    ] {
        let server = Server::start(Behaviour::submit(Fault::json(400, &body))).await;
        let error = Caller::new(&server).submit(1).await.unwrap_err();
        assert!(!format!("{error:?}").contains("Anna"), "{error:?}");
    }
}

#[tokio::test]
async fn a_result_in_the_answer_to_the_submit_is_taken() {
    let server = Server::start(Behaviour {
        sync: true,
        ..Behaviour::default()
    })
    .await;
    match Caller::new(&server).submit(1).await {
        Ok(Submitted::Finished(output)) => assert_eq!(output.cost, Some(MicroUsd::new(39_000))),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_flaky_model_succeeds_with_the_second_attempt() {
    let server = Server::start(Behaviour::default()).await;
    server.when_model_in_turn(MODEL, [Behaviour::submit(Fault::html(503)), Behaviour::default()]);
    let caller = Caller::new(&server);
    assert!(caller.submit(1).await.is_err());
    assert_eq!(caller.submit(2).await, accepted(2));
    assert_eq!(server.tasks().len(), 2);
}

#[tokio::test]
async fn submits_run_side_by_side_on_one_client() {
    let server = Server::start(Behaviour::submit(Fault::Slow(Duration::from_millis(400)))).await;
    let caller = Caller::new(&server);
    let begin = Instant::now();
    let (a, b, c, d) = tokio::join!(
        caller.submit(1),
        caller.submit(2),
        caller.submit(3),
        caller.submit(4)
    );
    for (outcome, attempt) in [a, b, c, d].into_iter().zip(1..) {
        assert_eq!(outcome, accepted(attempt));
    }
    assert!(
        begin.elapsed() < Duration::from_millis(1_500),
        "{:?}",
        begin.elapsed()
    );
}
