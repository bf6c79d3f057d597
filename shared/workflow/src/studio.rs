//! What the workers share within a process: HTTP clients, watermark images, and one place to work on pictures.

use cloud::{Cloud, PortError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::edit::Attempt;
use domain::settings::ProviderMode;
use domain::{FailureCode, ProviderName, Settings};
use media::Mark;
use providers::{AnyProvider, Config, Downloader, Fake, HttpClient, descriptor};
use tokio::sync::Semaphore;

use crate::work_error::WorkError;

/// A watermark image is a small picture.
const MAX_MARK_BYTES: u64 = 5 * 1024 * 1024;
/// Watermark images that are kept; a worker rarely sees more organisers than this in its life.
const MAX_MARKS: usize = 16;

/// Set up once per execution environment.
#[derive(Debug)]
pub struct Studio {
    pub(crate) downloader: Downloader,
    http: HttpClient,
    marks: Mutex<HashMap<String, Arc<Mark>>>,
    /// A picture takes 200 MB while it is worked on, the worst ones up to 700, and a function has about one processor: one
    /// at a time.
    bench: Semaphore,
}

impl Studio {
    /// Sets up the clients. Makes no call.
    ///
    /// # Errors
    /// Only where the TLS library refuses its own defaults.
    pub fn new() -> Result<Self, WorkError> {
        let broken = |error: providers::HttpClientError| WorkError::Broken(error.to_string());
        Ok(Self {
            downloader: Downloader::new().map_err(broken)?,
            http: HttpClient::new().map_err(broken)?,
            marks: Mutex::default(),
            bench: Semaphore::new(1),
        })
    }

    /// The provider of this name, or the fake in its place.
    pub(crate) async fn provider(
        &self,
        cloud: &Cloud,
        name: ProviderName,
        mode: ProviderMode,
        settings: &Settings,
    ) -> Result<Result<AnyProvider, Unusable>, PortError> {
        if mode == ProviderMode::Fake {
            return Ok(Ok(Arc::new(Fake)));
        }
        let Some(key) = cloud.api_key(name).await? else {
            return Ok(Err(Unusable(format!(
                "the secret {} is not set",
                name.secret_name()
            ))));
        };
        let (base_url, timeout) = (settings.base_url_of(name), settings.timeout_of(name));
        let config = Config {
            base_url: base_url.clone(),
            api_key: key,
            timeout,
        };
        let provider = (descriptor(name).connect)(self.http.clone(), &config);
        Ok(provider.map_err(|error| Unusable(format!("{name}_{error}"))))
    }

    /// The provider that an attempt was made at, as it was made.
    pub(crate) async fn provider_of(
        &self,
        cloud: &Cloud,
        attempt: &Attempt,
        settings: &Settings,
    ) -> Result<Result<AnyProvider, Unusable>, PortError> {
        let mode = attempt.mode_or(settings);
        self.provider(cloud, attempt.provider, mode, settings).await
    }

    /// Works on a picture, off the executor and one at a time.
    pub(crate) async fn work<T, F>(&self, job: F) -> Result<T, WorkError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let broken = |_| WorkError::Broken("the work on a picture broke off".to_owned());
        let _place = self
            .bench
            .acquire()
            .await
            .map_err(|_| WorkError::Broken("closed".to_owned()))?;
        tokio::task::spawn_blocking(job).await.map_err(broken)
    }

    /// The watermark image of a key, kept in memory: an image is stored under a key of its own and never changes.
    /// One that cannot be read is replaced by the built-in mark, so that no picture leaves without any.
    pub(crate) async fn mark(&self, cloud: &Cloud, key: Option<&str>) -> Result<MarkImage, PortError> {
        let Some(key) = key else {
            return Ok(MarkImage::BuiltIn);
        };
        if let Some(mark) = self.marks.lock().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(MarkImage::Own(Arc::clone(mark)));
        }
        let bytes = match cloud.get_object(key, MAX_MARK_BYTES).await {
            Ok(bytes) => bytes,
            Err(cloud::ObjectError::Port(error)) => return Err(error),
            Err(error) => return Ok(built_in_instead(key, &error)),
        };
        match Mark::decode(&bytes) {
            Ok(mark) => {
                let mark = Arc::new(mark);
                let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
                if marks.len() >= MAX_MARKS {
                    marks.clear();
                }
                marks.insert(key.to_owned(), Arc::clone(&mark));
                Ok(MarkImage::Own(mark))
            }
            Err(error) => Ok(built_in_instead(key, &error)),
        }
    }
}

fn built_in_instead(key: &str, error: &dyn std::fmt::Display) -> MarkImage {
    tracing::warn!(key, %error, "watermark image is unusable, using the built-in mark");
    MarkImage::BuiltIn
}

/// A watermark image.
#[derive(Debug, Clone)]
pub(crate) enum MarkImage {
    /// The organiser's.
    Own(Arc<Mark>),
    /// The AI mark that comes with the product.
    BuiltIn,
}

impl MarkImage {
    pub(crate) fn get(&self) -> &Mark {
        match self {
            Self::Own(mark) => mark,
            Self::BuiltIn => Mark::built_in(),
        }
    }
}

/// A provider that cannot be used as it is configured; says why, for the operator.
#[derive(Debug)]
pub(crate) struct Unusable(pub(crate) String);

impl Unusable {
    pub(crate) const CODE: FailureCode = FailureCode::ProviderAuth;
}
