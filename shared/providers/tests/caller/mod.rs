//! One edit and its attempts, as the workflow makes them.

// Each test binary uses its own part of it.
#![allow(dead_code)]

pub(crate) mod fal;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{EditId, MicroUsd, TaskId};
use doubles::runware::{API_KEY, Server};
use providers::{
    AnyProvider, Config, EditJob, HttpClient, Progress, ProviderError, Runware, SourcePhoto, Submitted, Task,
};

pub(crate) const MODEL: &str = "google:4@1";
pub(crate) const PROMPT: &str = "Anna and Bert as a watercolour";

pub(crate) fn edit() -> EditId {
    EditId::from_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap()
}

pub(crate) fn photo(width: u32, height: u32) -> SourcePhoto {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([
            u8::try_from(x % 256).unwrap(),
            u8::try_from(y % 256).unwrap(),
            120,
        ])
    });
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    SourcePhoto {
        jpeg: Bytes::from(jpeg.into_inner()),
        width,
        height,
    }
}

pub(crate) struct Caller {
    pub(crate) provider: AnyProvider,
    pub(crate) photo: SourcePhoto,
    pub(crate) model: &'static str,
}

impl Caller {
    pub(crate) fn new(server: &Server) -> Self {
        Self::with(&server.base_url(), API_KEY, Duration::from_secs(5))
    }

    pub(crate) fn with(base_url: &str, api_key: &str, timeout: Duration) -> Self {
        let config = Config {
            base_url: base_url.parse().unwrap(),
            api_key: api_key.into(),
            timeout,
        };
        let runware = Runware::new(HttpClient::new().unwrap(), &config).unwrap();
        Self {
            provider: Arc::new(runware),
            photo: photo(64, 48),
            model: MODEL,
        }
    }

    pub(crate) fn task(attempt: u32) -> TaskId {
        TaskId::derive(edit(), attempt)
    }

    pub(crate) async fn submit(&self, attempt: u32) -> Result<Submitted, ProviderError> {
        let job = EditJob {
            edit_id: edit(),
            attempt,
            task_id: Self::task(attempt),
            model: self.model,
            prompt: PROMPT,
            negative_prompt: Some("blurry"),
            photo: &self.photo,
            estimated_cost: MicroUsd::new(39_000),
            webhook: None,
        };
        self.provider.submit(&job).await
    }

    pub(crate) fn question(&self, attempt: u32, polls: u32) -> Task<'static> {
        Task {
            edit_id: edit(),
            attempt,
            task_id: Self::task(attempt),
            model: self.model,
            prompt: PROMPT,
            handle: None,
            polls,
            estimated_cost: MicroUsd::new(39_000),
        }
    }

    pub(crate) async fn poll(&self, attempt: u32) -> Result<Progress, ProviderError> {
        self.provider.poll(&self.question(attempt, 0)).await
    }

    pub(crate) async fn lookup(&self, attempt: u32) -> Result<Progress, ProviderError> {
        self.provider.lookup(&self.question(attempt, 0)).await
    }
}

pub(crate) fn output(progress: Progress) -> providers::Output {
    match progress {
        Progress::Done(output) => output,
        other => panic!("not done: {other:?}"),
    }
}

/// Acknowledged, by the name that we gave it.
pub(crate) fn accepted(attempt: u32) -> Result<Submitted, ProviderError> {
    Ok(Submitted::Accepted {
        handle: Some(Caller::task(attempt).to_string()),
    })
}
