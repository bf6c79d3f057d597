//! What an execution environment sets up once and all its work shares: HTTP clients, watermark images, and the one slot
//! for work on pictures.

mod watermark_images;

use cloud::{Cloud, PortError};
use domain::settings::ProviderMode;
use domain::{ProviderName, Settings};
use std::sync::Arc;

use providers::{AnyProvider, Config, Downloader, Fake, HttpClient, HttpClientError, descriptor};
use tokio::sync::{Semaphore, SemaphorePermit};

pub(crate) use watermark_images::WatermarkImage;
use watermark_images::WatermarkImages;

use crate::error::WorkError;

/// The turn of one picture.
pub(crate) struct PictureSlot<'a>(#[allow(dead_code)] SemaphorePermit<'a>);

impl PictureSlot<'_> {
    /// Works off the executor.
    pub(crate) async fn work<T, F>(self, work: F) -> Result<T, WorkError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| WorkError::Internal("the work on a picture panicked".to_owned()))
    }
}

/// Made once per execution environment.
#[derive(Debug)]
pub struct ProviderKit {
    pub(crate) downloader: Downloader,
    http: HttpClient,
    watermark_images: WatermarkImages,
    /// Work on one picture takes 200 MB of memory, up to 700 MB at worst, and a function has about one processor.
    picture_slot: Semaphore,
}

impl ProviderKit {
    /// Sets up the clients. Makes no call.
    ///
    /// # Errors
    /// The TLS library refuses its own defaults.
    pub fn new() -> Result<Self, WorkError> {
        let internal = |error: HttpClientError| WorkError::Internal(error.to_string());
        Ok(Self {
            downloader: Downloader::new().map_err(internal)?,
            http: HttpClient::new().map_err(internal)?,
            watermark_images: WatermarkImages::default(),
            picture_slot: Semaphore::new(1),
        })
    }

    /// The client that the providers share.
    pub fn http(&self) -> &HttpClient {
        &self.http
    }

    /// The provider of this name; in fake mode, the fake in its place. A provider whose key is missing or whose
    /// settings are unusable is [`WorkError::Permanent`].
    pub(crate) async fn provider(
        &self,
        cloud: &Cloud,
        settings: &Settings,
        name: ProviderName,
        mode: ProviderMode,
    ) -> Result<AnyProvider, WorkError> {
        if mode == ProviderMode::Fake {
            return Ok(Arc::new(Fake));
        }
        let Some(key) = cloud.api_key(name).await? else {
            let detail = format!("the secret {} is not set", name.secret_name());
            return Err(WorkError::unusable_provider(detail));
        };
        let config = Config {
            base_url: settings.base_url_of(name).clone(),
            api_key: key,
            timeout: settings.timeout_of(name),
        };
        let provider = (descriptor(name).connect)(self.http.clone(), &config);
        provider.map_err(|error| WorkError::unusable_provider(format!("{name}_{error}")))
    }

    /// Works on a picture: off the executor, and on one picture at a time.
    pub(crate) async fn on_picture<T, F>(&self, work: F) -> Result<T, WorkError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        self.picture_slot().await?.work(work).await
    }

    /// Waits for the turn to hold a picture in memory, which lasts until the slot is dropped.
    pub(crate) async fn picture_slot(&self) -> Result<PictureSlot<'_>, WorkError> {
        let slot = self.picture_slot.acquire().await;
        let internal = |_| WorkError::Internal("the slot for pictures is closed".to_owned());
        slot.map(PictureSlot).map_err(internal)
    }

    /// The watermark image of this key, or the built-in mark.
    pub(crate) async fn watermark_image(
        &self,
        cloud: &Cloud,
        key: Option<&str>,
    ) -> Result<WatermarkImage, PortError> {
        self.watermark_images.get(cloud, key).await
    }
}
