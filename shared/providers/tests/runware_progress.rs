//! Polls and look-ups against the loopback double: every way in which a task can go on.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod caller;

use std::time::Duration;

use bytes::Bytes;
use caller::{Caller, accepted, output};
use domain::MicroUsd;
use doubles::runware::{API_KEY, Behaviour, ErrorShape, Fault, Faults, Output as Picture, Server};
use providers::{AllowedHosts, Downloader, ErrorClass, OutputImage, Progress, SourcePhoto, Unusable};
use serde_json::json;

#[tokio::test]
async fn an_attempt_goes_from_submit_over_polls_to_the_output() {
    let server = Server::start(Behaviour::default().processing(2)).await;
    let caller = Caller::new(&server);
    assert_eq!(caller.submit(1).await, accepted(1));
    assert_eq!(caller.poll(1).await, Ok(Progress::Pending));
    assert_eq!(caller.poll(1).await, Ok(Progress::Pending));
    let output = output(caller.poll(1).await.unwrap());
    assert_eq!(output.cost, Some(MicroUsd::new(39_000)));
    assert_eq!(output.seed, Some(18_446_744_073_709_551_557));
    assert!(!output.flagged);

    let OutputImage::Url(url) = output.image else {
        panic!("no address")
    };
    let hosts = AllowedHosts::parse(["127.0.0.1"]).unwrap();
    let picture = Downloader::new()
        .unwrap()
        .fetch(&url, &hosts, 1_000_000)
        .await
        .unwrap();
    let picture = image::load_from_memory(&picture).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (64, 48));

    let record = server.task(Caller::task(1).uuid()).unwrap();
    assert_eq!(
        (record.submits, record.polls, record.lookups, record.downloads),
        (1, 3, 0, 1)
    );
    assert_eq!(record.photo, caller.photo.jpeg);
    assert_eq!(record.request["deliveryMethod"], "async");
    assert_eq!(server.billed_micro_usd(), 39_000);
}

#[tokio::test]
async fn a_job_that_fails_is_a_verdict_however_it_is_written() {
    for shape in [
        ErrorShape::Errors,
        ErrorShape::Item,
        ErrorShape::Flat,
        ErrorShape::Bare,
    ] {
        for (code, class) in [
            ("inferenceError", ErrorClass::Provider),
            ("providerTimeout", ErrorClass::Timeout),
            ("contentPolicyViolation", ErrorClass::Safety),
        ] {
            let server = Server::start(Behaviour::failing(code, shape).processing(0)).await;
            let caller = Caller::new(&server);
            assert_eq!(caller.submit(1).await, accepted(1));
            for progress in [caller.poll(1).await, caller.lookup(1).await] {
                match progress {
                    Ok(Progress::Failed(error)) => {
                        assert_eq!((error.class, error.code.as_str()), (class, code));
                    }
                    other => panic!("{shape:?} {code}: {other:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn a_failed_poll_is_no_verdict_and_the_next_one_goes_on() {
    let faults = [
        Fault::rate_limited(2),
        Fault::error_without_task(401, "invalidApiKey"),
        Fault::html(502),
        Fault::error(500, "internalServerError"),
        Fault::ResetAfter,
        Fault::CutOff,
        Fault::Slow(Duration::from_secs(5)),
    ];
    let count = u32::try_from(faults.len()).unwrap();
    let server = Server::start(Behaviour::poll(Faults::in_turn(faults.map(Some)))).await;
    let caller = Caller::with(&server.base_url(), API_KEY, Duration::from_millis(700));
    assert_eq!(caller.submit(1).await, accepted(1));
    for number in 0..count {
        let progress = caller.poll(1).await;
        assert!(progress.is_err(), "fault {number}: {progress:?}");
    }
    output(caller.poll(1).await.unwrap());
    assert_eq!(server.task(Caller::task(1).uuid()).unwrap().polls, count + 1);
}

#[tokio::test]
async fn an_answer_without_our_task_is_no_verdict() {
    for (fault, progress) in [
        (Fault::empty_data(), Progress::Absent),
        (Fault::another_tasks_result(), Progress::Absent),
        (Fault::error(400, "taskFailedOrNotFound"), Progress::Absent),
        (Fault::status("queued"), Progress::Pending),
        (Fault::status("warmingUp"), Progress::Pending),
    ] {
        let server = Server::start(Behaviour::poll(fault).processing(0)).await;
        let caller = Caller::new(&server);
        assert_eq!(caller.submit(1).await, accepted(1));
        assert_eq!(caller.poll(1).await, Ok(progress));
        output(caller.poll(1).await.unwrap());
    }
}

#[tokio::test]
async fn a_result_that_left_the_active_tasks_is_found_in_the_archive_with_a_large_photo() {
    let server = Server::start(Behaviour {
        archived: true,
        processing: 0,
        ..Behaviour::default()
    })
    .await;
    let mut caller = Caller::new(&server);
    // The archive returns the request with the photo in it: far more than an ordinary answer may have.
    caller.photo.jpeg = Bytes::from(vec![7; 3_000_000]);
    assert_eq!(caller.submit(1).await, accepted(1));
    assert_eq!(caller.poll(1).await, Ok(Progress::Absent));
    output(caller.lookup(1).await.unwrap());
    assert_eq!(caller.lookup(2).await, Ok(Progress::Absent));
}

#[tokio::test]
async fn a_task_that_is_still_running_is_pending_in_the_archive() {
    let server = Server::start(Behaviour::default().processing(5)).await;
    let caller = Caller::new(&server);
    assert_eq!(caller.submit(1).await, accepted(1));
    assert_eq!(caller.lookup(1).await, Ok(Progress::Pending));
}

#[tokio::test]
async fn an_answer_yields_flags_costs_and_missing_outputs() {
    let done = |behaviour: Behaviour| async {
        let server = Server::start(behaviour.processing(0)).await;
        let caller = Caller::new(&server);
        assert_eq!(caller.submit(1).await, accepted(1));
        caller.poll(1).await.unwrap()
    };
    assert!(
        output(
            done(Behaviour {
                nsfw: true,
                ..Behaviour::default()
            })
            .await
        )
        .flagged
    );
    for (cost, read) in [
        (None, None),
        (Some(json!(0)), None),
        (Some(json!("0.0123")), Some(MicroUsd::new(12_300))),
        (Some(json!(-1)), Some(MicroUsd::new(-1_000_000))),
        (Some(json!("free")), None),
    ] {
        assert_eq!(
            output(
                done(Behaviour {
                    cost,
                    ..Behaviour::default()
                })
                .await
            )
            .cost,
            read
        );
    }
    let missing = output(done(Behaviour::output(Picture::Missing)).await);
    assert_eq!(missing.image, OutputImage::Unusable(Unusable::Missing));
    assert_eq!(missing.cost, Some(MicroUsd::new(39_000)));
}

#[tokio::test]
async fn a_large_picture_inside_the_answer_is_read() {
    let server = Server::start(Behaviour::output(Picture::Base64).processing(0)).await;
    let mut caller = Caller::new(&server);
    caller.photo = noise(1_000, 1_000);
    assert_eq!(caller.submit(1).await, accepted(1));
    let OutputImage::Inline(picture) = output(caller.poll(1).await.unwrap()).image else {
        panic!("not in the answer");
    };
    assert!(picture.len() > 1024 * 1024, "{} bytes", picture.len());
    assert!(image::load_from_memory(&picture).is_ok());
}

/// A photo that no codec makes small.
fn noise(width: u32, height: u32) -> SourcePhoto {
    let mut state = 1_u32;
    let picture = image::RgbImage::from_fn(width, height, |_, _| {
        image::Rgb([0; 3].map(|_: u8| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        }))
    });
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 95);
    picture.write_with_encoder(encoder).unwrap();
    SourcePhoto {
        jpeg: Bytes::from(jpeg.into_inner()),
        width,
        height,
    }
}
