//! Polls, look-ups and cancellations against fal's loopback double.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod caller;

use std::time::Duration;

use caller::fal::{Caller, handle};
use caller::output;
use domain::MicroUsd;
use doubles::fal::{API_KEY, Behaviour, Ending, Fault, Faults, Output as Picture, Server};
use providers::{AllowedHosts, Cancelled, Downloader, ErrorClass, OutputImage, Progress, Unusable};
use serde_json::json;

/// A request that goes like this, submitted.
async fn submitted(behaviour: Behaviour) -> (Server, Caller, String) {
    let server = Server::start(behaviour).await;
    let caller = Caller::with(&server.base_url(), API_KEY, Duration::from_millis(700));
    let name = handle(caller.submit().await);
    (server, caller, name)
}

#[tokio::test]
async fn an_attempt_goes_from_the_queue_over_the_runner_to_the_output() {
    let (server, caller, name) = submitted(Behaviour::default()).await;
    assert_eq!(caller.poll(Some(&name)).await, Ok(Progress::Pending));
    assert_eq!(caller.poll(Some(&name)).await, Ok(Progress::Pending));
    let output = output(caller.poll(Some(&name)).await.unwrap());
    assert_eq!(output.cost, Some(MicroUsd::new(40_000)));
    assert_eq!((output.seed, output.flagged), (Some(1_234_567), false));

    let OutputImage::Url(url) = output.image else {
        panic!("no address")
    };
    let hosts = AllowedHosts::parse(["127.0.0.1"]).unwrap();
    let picture = Downloader::new()
        .unwrap()
        .fetch(&url, &hosts, 1_000_000)
        .await
        .unwrap();
    assert_eq!(
        image::load_from_memory(&picture)
            .unwrap()
            .into_rgb8()
            .dimensions(),
        (64, 48)
    );

    let [request] = server.requests().try_into().unwrap();
    assert_eq!((request.statuses, request.results, request.downloads), (3, 1, 1));
    assert_eq!(server.billed_micro_usd(), 40_000);
}

#[tokio::test]
async fn completed_is_not_successful() {
    for (behaviour, class, code) in [
        (
            Behaviour::failing(422, "content_policy_violation"),
            ErrorClass::Safety,
            "content_policy_violation",
        ),
        (
            Behaviour::failing(422, "no_media_generated"),
            ErrorClass::Safety,
            "no_media_generated",
        ),
        (
            Behaviour::failing(422, "image_too_small"),
            ErrorClass::Validation,
            "image_too_small",
        ),
        (
            Behaviour::failing(504, "generation_timeout"),
            ErrorClass::Timeout,
            "generation_timeout",
        ),
        (
            Behaviour::failing(400, "downstream_service_error"),
            ErrorClass::Provider,
            "downstream_service_error",
        ),
        (
            Behaviour::failing(500, "internal_server_error"),
            ErrorClass::Server,
            "internal_server_error",
        ),
        (
            Behaviour::broken(504, "request_timeout"),
            ErrorClass::Timeout,
            "request_timeout",
        ),
        (
            Behaviour::broken(503, "runner_disconnected"),
            ErrorClass::Server,
            "runner_disconnected",
        ),
    ] {
        let (server, caller, name) = submitted(behaviour.ready()).await;
        for progress in [caller.poll(Some(&name)).await, caller.lookup(Some(&name)).await] {
            match progress {
                Ok(Progress::Failed(error)) => {
                    assert_eq!((error.class, error.code.as_str()), (class, code), "{error}");
                }
                other => panic!("{code}: {other:?}"),
            }
        }
        assert_eq!(server.counts().results, 2);
    }
}

#[tokio::test]
async fn a_failed_poll_is_no_verdict_and_the_next_one_goes_on() {
    let faults = || {
        [
            Fault::queue_full(2),
            Fault::detail(401, "No user found"),
            Fault::html(502),
            Fault::html(200),
            Fault::ResetAfter,
            Fault::CutOff,
            Fault::Slow(Duration::from_secs(5)),
        ]
    };
    let status = Behaviour::status(Faults::in_turn(faults().map(Some))).ready();
    let result = Behaviour::result(Faults::in_turn(faults().map(Some))).ready();
    for behaviour in [status, result] {
        let (_server, caller, name) = submitted(behaviour).await;
        for number in 0..faults().len() {
            let progress = caller.poll(Some(&name)).await;
            assert!(progress.is_err(), "fault {number}: {progress:?}");
        }
        output(caller.poll(Some(&name)).await.unwrap());
    }
}

#[tokio::test]
async fn a_request_that_is_not_there_any_more_is_absent_and_in_the_end_gone() {
    let (server, caller, name) = submitted(Behaviour {
        forgotten: true,
        ..Behaviour::at_once()
    })
    .await;
    assert_eq!(caller.poll(Some(&name)).await, Ok(Progress::Absent));
    match caller.lookup(Some(&name)).await {
        Ok(Progress::Failed(error)) => {
            assert_eq!(
                (error.class, error.code.as_str()),
                (ErrorClass::NotFound, "requestGone")
            );
            assert!(!error.may_be_repeated(), "it was accepted, and is paid");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(server.counts().submits, 1);
}

#[tokio::test]
async fn a_result_that_vanishes_behind_its_status_is_absent_too() {
    let (_server, caller, name) = submitted(Behaviour::result(Fault::detail(404, "Not found")).ready()).await;
    assert_eq!(caller.poll(Some(&name)).await, Ok(Progress::Absent));
    output(caller.poll(Some(&name)).await.unwrap());
}

#[tokio::test]
async fn flags_and_costs_are_read() {
    let done = |behaviour: Behaviour| async {
        let (_server, caller, name) = submitted(behaviour.ready()).await;
        output(caller.poll(Some(&name)).await.unwrap())
    };
    let flagged = Behaviour {
        nsfw: true,
        ..Behaviour::default()
    };
    assert!(done(flagged).await.flagged);
    for (units, cost) in [
        (None, None),
        (Some("0"), None),
        (Some("0.5"), Some(20_000)),
        (Some("nonsense"), None),
    ] {
        let behaviour = Behaviour {
            units: units.map(str::to_owned),
            ..Behaviour::default()
        };
        assert_eq!(done(behaviour).await.cost.map(MicroUsd::get), cost, "{units:?}");
    }
}

#[tokio::test]
async fn a_result_without_a_picture_is_finished_and_costs_what_it_says() {
    for (picture, image) in [
        (Picture::Missing, Unusable::Missing),
        (Picture::Elsewhere("file:///a".to_owned()), Unusable::Address),
    ] {
        let (_server, caller, name) = submitted(Behaviour::output(picture).ready()).await;
        for progress in [caller.poll(Some(&name)).await, caller.lookup(Some(&name)).await] {
            let output = output(progress.unwrap());
            assert_eq!(output.image, OutputImage::Unusable(image));
            assert_eq!(output.cost, Some(MicroUsd::new(40_000)));
        }
    }
}

#[tokio::test]
async fn a_waiting_request_is_cancelled_and_a_running_one_goes_on() {
    let (server, caller, name) = submitted(Behaviour::default()).await;
    let wish = || async { caller.provider.cancel(&caller.question(Some(&name))).await };
    assert_eq!(wish().await, Ok(Cancelled::Requested));
    assert_eq!(server.billed_micro_usd(), 0);
    match caller.poll(Some(&name)).await {
        Ok(Progress::Failed(error)) => assert_eq!(error.code, "client_cancelled"),
        other => panic!("{other:?}"),
    }
    let (server, caller, name) = submitted(Behaviour::at_once()).await;
    caller.poll(Some(&name)).await.unwrap();
    assert_eq!(
        caller.provider.cancel(&caller.question(Some(&name))).await,
        Ok(Cancelled::No)
    );
    assert_eq!(
        caller.provider.cancel(&caller.question(None)).await,
        Ok(Cancelled::No)
    );
    assert_eq!((server.billed_micro_usd(), server.counts().cancels), (40_000, 1));
}

#[tokio::test]
async fn an_error_that_no_documentation_knows_ends_it_only_where_the_request_is_to_blame() {
    for (status, body, class, is_verdict) in [
        (
            422,
            json!({ "detail": "something else" }),
            ErrorClass::Validation,
            true,
        ),
        // Anything on the way may have written these, and the picture may be there.
        (
            500,
            json!({ "error": "something else" }),
            ErrorClass::Server,
            false,
        ),
        (
            504,
            json!({ "detail": "something else" }),
            ErrorClass::Timeout,
            false,
        ),
    ] {
        let behaviour = Behaviour {
            ending: Ending::Error { status, body },
            ..Behaviour::at_once()
        };
        let (_server, caller, name) = submitted(behaviour).await;
        match caller.poll(Some(&name)).await {
            Ok(Progress::Failed(error)) if is_verdict => assert_eq!(error.class, class, "{error}"),
            Err(error) if !is_verdict => assert_eq!(error.class, class, "{error}"),
            other => panic!("{class}: {other:?}"),
        }
    }
}
