//! Signs webhooks as fal does: ED25519 over request, user, time and the body's digest.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

/// The caller that fal's webhooks name.
const USER_ID: &str = "user_of_the_double";

/// A key for webhooks.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// The double's own key, whose public half its JWKS shows.
    pub fn of_the_double() -> Self {
        Self::of_seed([7; 32])
    }

    /// A key that the product must not accept.
    pub fn of_a_stranger() -> Self {
        Self::of_seed([8; 32])
    }

    fn of_seed(seed: [u8; 32]) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&seed).unwrap())
    }

    /// The keys as `/.well-known/jwks.json` shows them, between others.
    pub(super) fn jwks(&self) -> Value {
        let key = |x: &[u8]| json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "x": BASE64URL_NOPAD.encode(x) });
        json!({ "keys": [
            json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" }),
            key(&[9; 32]),
            key(self.0.public_key().as_ref()),
        ]})
    }

    /// The headers of a webhook about this request, made now.
    pub fn headers(&self, request_id: &str, body: &str) -> Vec<(&'static str, String)> {
        // A double may read the clock: it is not part of the product.
        #[allow(clippy::disallowed_methods)]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        self.headers_at(request_id, body, i64::try_from(now).unwrap())
    }

    /// The headers of a webhook about this request, made at this Unix time.
    pub fn headers_at(&self, request_id: &str, body: &str, unix_seconds: i64) -> Vec<(&'static str, String)> {
        let digest = HEXLOWER.encode(digest(&SHA256, body.as_bytes()).as_ref());
        let message = format!("{request_id}\n{USER_ID}\n{unix_seconds}\n{digest}");
        vec![
            ("x-fal-webhook-request-id", request_id.to_owned()),
            ("x-fal-webhook-user-id", USER_ID.to_owned()),
            ("x-fal-webhook-timestamp", unix_seconds.to_string()),
            (
                "x-fal-webhook-signature",
                HEXLOWER.encode(self.0.sign(message.as_bytes()).as_ref()),
            ),
        ]
    }
}
