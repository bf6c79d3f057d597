//! Fetches an output from where a provider put it, and from nowhere else.

mod address;
mod hosts;

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use domain::FailureCode;
use reqwest::{Response, StatusCode};
use thiserror::Error;
use url::Url;

use crate::http::{self, HttpClientError};

pub use hosts::{AllowedHosts, InvalidHostPattern};

/// Timeout of a whole download.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a download failed. Names no URL: who knows an output's URL can read it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DownloadError {
    /// Not https on its usual port to a host of the allow list.
    #[error("the output's address is not allowed: {0}")]
    NotAllowed(&'static str),
    /// The host's name leads to an address inside a network.
    #[error("the output's host has a private address")]
    PrivateAddress,
    /// The host points elsewhere, and is not followed.
    #[error("the output's host answered with a redirect ({0})")]
    Redirect(u16),
    /// More than the caller takes.
    #[error("the output is larger than {limit} bytes")]
    TooLarge {
        /// The caller's limit in bytes.
        limit: usize,
    },
    /// The host says no (any 4xx that waiting does not change; 404 and 410: the output is gone).
    #[error("the output's host answered {0}")]
    Missing(u16),
    /// The host cannot serve it at present (5xx, 408, 429).
    #[error("the output's host answered {0}")]
    Unavailable(u16),
    /// No connection.
    #[error("the output's host cannot be reached")]
    Connect,
    /// It took too long.
    #[error("the output took too long to arrive")]
    Timeout,
    /// The connection broke, or fewer bytes came than were promised.
    #[error("the output broke off while it was read")]
    Truncated,
}

impl DownloadError {
    /// The same download may succeed later.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::Connect | Self::Timeout | Self::Truncated
        )
    }

    /// The failure code of an edit that ends with this: what must not or cannot be fetched is unavailable, what is
    /// too much to be a picture is invalid.
    pub const fn failure_code(&self) -> FailureCode {
        match self {
            Self::TooLarge { .. } => FailureCode::OutputInvalid,
            _ => FailureCode::OutputUnavailable,
        }
    }
}

/// Downloads outputs. Cheap to clone; make one per process.
#[derive(Debug, Clone)]
pub struct Downloader {
    client: reqwest::Client,
}

impl Downloader {
    /// A downloader whose name resolution leaves out every address that is not public.
    ///
    /// # Errors
    /// Only where the TLS library refuses its own defaults.
    pub fn new() -> Result<Self, HttpClientError> {
        let client = http::base()?
            .timeout(TOTAL_TIMEOUT)
            .dns_resolver(Arc::new(address::PublicOnly));
        Ok(Self {
            client: http::build(client)?,
        })
    }

    /// Fetches the whole of `url`, at most `max_bytes`.
    ///
    /// # Errors
    /// See [`DownloadError`]; nothing is kept of a download that failed.
    pub async fn fetch(
        &self,
        url: &Url,
        allowed: &AllowedHosts,
        max_bytes: usize,
    ) -> Result<Bytes, DownloadError> {
        allowed
            .check(url)
            .map_err(|hosts::NotAllowed(why)| DownloadError::NotAllowed(why))?;
        let response = self
            .client
            .get(url.clone())
            .send()
            .await
            .map_err(|error| failure(&error))?;
        status(response.status())?;
        body(response, max_bytes).await
    }
}

fn status(status: StatusCode) -> Result<(), DownloadError> {
    match status.as_u16() {
        200 => Ok(()),
        code @ 300..=399 => Err(DownloadError::Redirect(code)),
        code @ (408 | 429 | 500..=599) => Err(DownloadError::Unavailable(code)),
        // Another 2xx is no whole output either (204, 206).
        code => Err(DownloadError::Missing(code)),
    }
}

async fn body(mut response: Response, limit: usize) -> Result<Bytes, DownloadError> {
    let too_large = DownloadError::TooLarge { limit };
    let announced = response.content_length().map(usize::try_from);
    if matches!(announced, Some(Ok(length)) if length > limit) || matches!(announced, Some(Err(_))) {
        return Err(too_large);
    }
    let mut whole = BytesMut::with_capacity(announced.and_then(Result::ok).unwrap_or(0));
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if chunk.len() > limit - whole.len() {
            return Err(too_large);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

fn failure(error: &reqwest::Error) -> DownloadError {
    if address::is_private(error) {
        DownloadError::PrivateAddress
    } else if error.is_timeout() {
        DownloadError::Timeout
    } else if error.is_connect() {
        DownloadError::Connect
    } else {
        DownloadError::Truncated
    }
}
