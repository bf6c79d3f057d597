//! fal's signatures of webhooks: ED25519 over request, user, time and the body's digest, by one of the keys that it
//! shows to everybody.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::error::ProviderError;
use crate::exchange;
use crate::http::HttpClient;

/// The largest difference between fal's clock and ours, either way.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// Lifetime of fetched keys; fal allows a day at most.
const KEPT: SignedDuration = SignedDuration::from_hours(12);
/// Least time between two fetches because of a signature that no known key made.
const FETCHED_AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// Timeout of a fetch. The caller waits for it.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest list of keys that is read.
const LARGEST: usize = 64 * 1024;
/// Keys that are tried; fal shows two.
const MOST_KEYS: usize = 16;

/// A webhook as it came: its four headers and its body.
#[derive(Debug, Clone, Copy)]
pub struct SignedCall<'a> {
    /// `X-Fal-Webhook-Request-Id`
    pub request_id: &'a str,
    /// `X-Fal-Webhook-User-Id`
    pub user_id: &'a str,
    /// `X-Fal-Webhook-Timestamp`: seconds since 1970.
    pub timestamp: &'a str,
    /// `X-Fal-Webhook-Signature`: hex.
    pub signature: &'a str,
    /// Every byte of it.
    pub body: &'a [u8],
}

impl SignedCall<'_> {
    fn is_recent(&self, now: Timestamp) -> bool {
        let sent = self.timestamp.parse().ok().map(Timestamp::from_second);
        matches!(sent, Some(Ok(sent)) if now.duration_since(sent).abs() <= SKEW)
    }

    fn is_signed_by(&self, keys: &[Vec<u8>]) -> bool {
        let Ok(signature) = HEXLOWER_PERMISSIVE.decode(self.signature.as_bytes()) else {
            return false;
        };
        let body = HEXLOWER.encode(digest(&SHA256, self.body).as_ref());
        let signed = [self.request_id, self.user_id, self.timestamp, &body].join("\n");
        keys.iter().any(|key| {
            let key = UnparsedPublicKey::new(&ED25519, key);
            key.verify(signed.as_bytes(), &signature).is_ok()
        })
    }
}

/// The keys that fal signs with, fetched when they are needed. Make one per process.
#[derive(Debug)]
pub struct KeyRing {
    http: HttpClient,
    held: Mutex<Option<Held>>,
}

#[derive(Debug, Clone)]
struct Held {
    url: Url,
    keys: Arc<Vec<Vec<u8>>>,
    fetched_at: Timestamp,
}

impl KeyRing {
    /// Holds no keys yet. Makes no call.
    pub fn new(http: HttpClient) -> Self {
        Self {
            http,
            held: Mutex::new(None),
        }
    }

    /// Whether fal has signed this call, not long ago, with one of the keys at this address.
    ///
    /// # Errors
    /// There are no keys to compare with.
    pub async fn has_signed(
        &self,
        url: &Url,
        call: &SignedCall<'_>,
        now: Timestamp,
    ) -> Result<bool, ProviderError> {
        if !call.is_recent(now) {
            return Ok(false);
        }
        let held = self.keys(url, now, KEPT).await?;
        if call.is_signed_by(&held) {
            return Ok(true);
        }
        // It may have begun to use another one.
        Ok(call.is_signed_by(&self.keys(url, now, FETCHED_AGAIN).await?))
    }

    /// The keys, fetched anew if they are older than this.
    async fn keys(
        &self,
        url: &Url,
        now: Timestamp,
        kept: SignedDuration,
    ) -> Result<Arc<Vec<Vec<u8>>>, ProviderError> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| held.url == *url)
            && now.duration_since(held.fetched_at) < kept
        {
            return Ok(Arc::clone(&held.keys));
        }
        let keys = Arc::new(fetch(&self.http, url).await?);
        *held = Some(Held {
            url: url.clone(),
            keys: Arc::clone(&keys),
            fetched_at: now,
        });
        Ok(keys)
    }
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    #[serde(default)]
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
}

async fn fetch(http: &HttpClient, url: &Url) -> Result<Vec<Vec<u8>>, ProviderError> {
    let request = http.inner().get(url.clone()).timeout(TIMEOUT);
    let answer = exchange::answer(request, LARGEST).await?;
    let unreadable = || answer.unreadable(crate::error::ErrorClass::Server);
    let body = answer
        .body
        .as_ref()
        .filter(|_| answer.is_success())
        .ok_or_else(unreadable)?;
    let keys = keys_of(body);
    if keys.is_empty() {
        Err(unreadable())
    } else {
        Ok(keys)
    }
}

/// The ED25519 keys of a JWKS document; others stand between them.
fn keys_of(body: &[u8]) -> Vec<Vec<u8>> {
    let Ok(document) = serde_json::from_slice::<Document>(body) else {
        return Vec::new();
    };
    let ours = document
        .keys
        .into_iter()
        .filter(|key| key.kty == "OKP" && key.crv == "Ed25519");
    ours.filter_map(|key| {
        BASE64URL_NOPAD
            .decode(key.x.trim_end_matches('=').as_bytes())
            .ok()
    })
    .filter(|key| key.len() == 32)
    .take(MOST_KEYS)
    .collect()
}
