//! The downloader against the double's outputs, honest and otherwise.

// Helpers fail like the tests that call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use bytes::Bytes;
use domain::{EditId, MicroUsd, TaskId};
use doubles::runware::{API_KEY, Behaviour, Output, Server};
use providers::{
    AllowedHosts, Config, DownloadError, Downloader, EditJob, HttpClient, OutputImage, Progress, Provider,
    Runware, SourcePhoto, Task,
};
use url::Url;

const LIMIT: usize = 100_000;

/// Runs an attempt whose output is this, and fetches it.
async fn fetch(output: Output) -> Result<Bytes, DownloadError> {
    let server = Server::start(Behaviour::output(output).processing(0)).await;
    let url = output_url(&server).await;
    let hosts = AllowedHosts::parse(["im.runware.ai", "127.0.0.1"]).unwrap();
    Downloader::new().unwrap().fetch(&url, &hosts, LIMIT).await
}

async fn output_url(server: &Server) -> Url {
    let config = Config {
        base_url: server.base_url().parse().unwrap(),
        api_key: API_KEY.into(),
        timeout: Duration::from_secs(5),
    };
    let provider = Runware::new(HttpClient::new().unwrap(), &config).unwrap();
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 48, image::Rgb([200, 10, 10]))
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .unwrap();
    let photo = SourcePhoto {
        jpeg: jpeg.into_inner().into(),
        width: 64,
        height: 48,
    };
    let edit_id = EditId::from_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap();
    let task_id = TaskId::derive(edit_id, 1);
    let job = EditJob {
        edit_id,
        attempt: 1,
        task_id,
        model: "google:4@1",
        prompt: "make it blue",
        negative_prompt: None,
        photo: &photo,
        estimated_cost: MicroUsd::ZERO,
        webhook: None,
    };
    provider.submit(&job).await.unwrap();
    let task = Task {
        edit_id,
        attempt: 1,
        task_id,
        model: "google:4@1",
        prompt: "make it blue",
        handle: None,
        polls: 0,
        estimated_cost: MicroUsd::ZERO,
    };
    match provider.poll(&task).await.unwrap() {
        Progress::Done(providers::Output {
            image: OutputImage::Url(url),
            ..
        }) => url,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_output_is_fetched_whole() {
    let picture = fetch(Output::Recoloured).await.unwrap();
    let picture = image::load_from_memory(&picture).unwrap();
    assert_eq!((picture.width(), picture.height()), (64, 48));
    assert_eq!(
        fetch(Output::Bytes("image/png", vec![1, 2, 3])).await.unwrap(),
        &[1, 2, 3][..]
    );
    // What is no picture is for the decoder to say.
    assert!(fetch(Output::NotAnImage).await.is_ok());
    assert!(fetch(Output::HalfFile).await.is_ok());
    assert_eq!(
        fetch(Output::Oversized(LIMIT)).await.map(|bytes| bytes.len()),
        Ok(LIMIT)
    );
}

#[tokio::test]
async fn each_way_of_failing_is_told_apart() {
    let metadata = "http://169.254.169.254/latest/meta-data/".to_owned();
    for (output, error, transient, code) in [
        (
            Output::Redirect(metadata.clone()),
            DownloadError::Redirect(302),
            false,
            "output_unavailable",
        ),
        (
            Output::Elsewhere(metadata),
            DownloadError::NotAllowed("it is not https"),
            false,
            "output_unavailable",
        ),
        (
            Output::Elsewhere("https://evil.example/x.jpg".to_owned()),
            DownloadError::NotAllowed("its host is not in the list"),
            false,
            "output_unavailable",
        ),
        (
            Output::Oversized(LIMIT + 1),
            DownloadError::TooLarge { limit: LIMIT },
            false,
            "output_invalid",
        ),
        (
            Output::Oversized(1 << 40),
            DownloadError::TooLarge { limit: LIMIT },
            false,
            "output_invalid",
        ),
        (
            Output::OversizedUnannounced(LIMIT + 1),
            DownloadError::TooLarge { limit: LIMIT },
            false,
            "output_invalid",
        ),
        (
            Output::OversizedUnannounced(1 << 30),
            DownloadError::TooLarge { limit: LIMIT },
            false,
            "output_invalid",
        ),
        (
            Output::CutOff,
            DownloadError::Truncated,
            true,
            "output_unavailable",
        ),
        (
            Output::Status(404),
            DownloadError::Missing(404),
            false,
            "output_unavailable",
        ),
        (
            Output::Status(403),
            DownloadError::Missing(403),
            false,
            "output_unavailable",
        ),
        (
            Output::Status(429),
            DownloadError::Unavailable(429),
            true,
            "output_unavailable",
        ),
        (
            Output::Status(503),
            DownloadError::Unavailable(503),
            true,
            "output_unavailable",
        ),
    ] {
        let name = format!("{output:?}");
        let got = fetch(output).await.unwrap_err();
        assert_eq!(got, error, "{name}");
        assert_eq!(
            (got.is_transient(), got.failure_code().code()),
            (transient, code),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_not_even_looked_at() {
    let target = Server::start(Behaviour::default().processing(0)).await;
    let there = output_url(&target).await;
    assert_eq!(
        fetch(Output::Redirect(there.into())).await,
        Err(DownloadError::Redirect(302))
    );
    assert_eq!(target.counts().downloads, 0);
}

#[tokio::test]
async fn loopback_is_out_of_reach_unless_it_is_listed() {
    let server = Server::start(Behaviour::default().processing(0)).await;
    let url = output_url(&server).await;
    let production = AllowedHosts::parse(["im.runware.ai", "*.fal.media"]).unwrap();
    let error = Downloader::new()
        .unwrap()
        .fetch(&url, &production, LIMIT)
        .await
        .unwrap_err();
    assert_eq!(error, DownloadError::NotAllowed("it is not https"));
    assert_eq!(server.counts().downloads, 0);
}

#[tokio::test]
async fn an_allowed_name_that_leads_inside_is_refused_after_resolution() {
    // `localhost` stands for any listed name whose address somebody has pointed inwards.
    let hosts = AllowedHosts::parse(["localhost"]).unwrap();
    let url = "https://localhost/x.jpg".parse().unwrap();
    let error = Downloader::new()
        .unwrap()
        .fetch(&url, &hosts, LIMIT)
        .await
        .unwrap_err();
    assert_eq!(error, DownloadError::PrivateAddress);
    assert!(!error.is_transient());
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_worth_another_try() {
    let server = Server::start(Behaviour::default().processing(0)).await;
    let url = output_url(&server).await;
    server.stop().await;
    let hosts = AllowedHosts::parse(["127.0.0.1"]).unwrap();
    let error = Downloader::new()
        .unwrap()
        .fetch(&url, &hosts, LIMIT)
        .await
        .unwrap_err();
    assert_eq!(error, DownloadError::Connect);
    assert!(error.is_transient());
}
