//! The one HTTP client: rustls with ring, Mozilla's roots, one connection per request.

use std::sync::Arc;
use std::time::Duration;

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;
use serde_json::Value;
use thiserror::Error;

/// Timeout of opening a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The HTTP client could not be set up; a mistake in the build, not in the world.
#[derive(Debug, Error)]
#[error("the HTTP client could not be set up: {reason}")]
pub struct HttpClientError {
    reason: String,
}

/// The HTTP client that providers share. Cheap to clone; make one per process.
#[derive(Debug, Clone)]
pub struct HttpClient(reqwest::Client);

impl HttpClient {
    /// A client that follows no redirect, repeats no request and reads no proxy from the environment.
    ///
    /// # Errors
    /// Only where the TLS library refuses its own defaults.
    pub fn new() -> Result<Self, HttpClientError> {
        build(base()?).map(Self)
    }

    /// The status of an address, and its body where that is JSON; `None` where nobody answers in time.
    pub async fn get_json(&self, url: &str, patience: Duration) -> Option<(u16, Option<Value>)> {
        let response = self.0.get(url).timeout(patience).send().await.ok()?;
        Some((response.status().as_u16(), response.json().await.ok()))
    }

    pub(crate) fn inner(&self) -> &reqwest::Client {
        &self.0
    }
}

/// The settings that every client shares.
pub(crate) fn base() -> Result<ClientBuilder, HttpClientError> {
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls()?)
        .connect_timeout(CONNECT_TIMEOUT)
        // A redirect could carry the key or the photo somewhere else.
        .redirect(Policy::none())
        // One call is one request: a repetition is the workflow's decision.
        .retry(reqwest::retry::never())
        // Nothing is read from the environment.
        .no_proxy()
        // Lambda freezes between invocations, so a kept connection is often dead; and a submit into a dead
        // connection has an unknown outcome. A fresh handshake costs a round trip or two, a doubt a whole lookup.
        .pool_max_idle_per_host(0)
        .user_agent(concat!("ai-magic-edits/", env!("CARGO_PKG_VERSION"))))
}

pub(crate) fn build(builder: ClientBuilder) -> Result<reqwest::Client, HttpClientError> {
    builder.build().map_err(|error| HttpClientError {
        reason: error.to_string(),
    })
}

/// TLS with ring, named here so that no process-wide default is needed, and with Mozilla's roots from
/// `webpki-roots`: constants in the binary, where the system's bundle would be read from disk and parsed at every
/// cold start (about 140 certificates, 2 to 3 ms) and has to exist in the image.
fn tls() -> Result<rustls::ClientConfig, HttpClientError> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let mut config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| HttpClientError {
                reason: error.to_string(),
            })?
            .with_root_certificates(roots)
            .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
