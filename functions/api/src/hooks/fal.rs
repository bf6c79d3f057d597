//! `POST /hooks/fal/{edit}`: fal says that it has finished, and signs the call.

use std::sync::LazyLock;

use cloud::Cloud;
use domain::{Problem, ProviderName};
use providers::fal::{KeyRing, SignedCall};
use providers::{HttpClient, HttpClientError};
use utoipa::IntoParams;

use super::{HookToken, take, verified};
use crate::body::small_body;
use crate::openapi::{Hints, Refusals};
use crate::response::no_content;
use crate::{Answer, Request};

/// fal's public keys, kept from call to call.
static KEYS: LazyLock<Result<KeyRing, HttpClientError>> =
    LazyLock::new(|| HttpClient::new().map(KeyRing::new));

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // documents the headers of a `SignedCall`
struct Signature {
    /// fal's name for the request
    #[param(rename = "x-fal-webhook-request-id", required = false)]
    request_id: String,
    /// fal's name for our account
    #[param(rename = "x-fal-webhook-user-id", required = false)]
    user_id: String,
    /// Seconds since 1970, at most 300 off
    #[param(rename = "x-fal-webhook-timestamp", required = false)]
    timestamp: String,
    /// ED25519 over request, user, time and the body's SHA-256, each on a line; hex
    #[param(rename = "x-fal-webhook-signature", required = false)]
    signature: String,
}

function!("hook-fal", SignedAddress, hint_from_fal);

/// fal says that it has finished; the body counts for its signature alone
#[utoipa::path(post, path = "/hooks/fal/{edit}", params(HookToken, Signature),
    responses((status = 204), Hints, Refusals))]
async fn hint_from_fal(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let call = SignedCall {
        body: small_body(request)?,
        request_id: header(request, "x-fal-webhook-request-id"),
        user_id: header(request, "x-fal-webhook-user-id"),
        timestamp: header(request, "x-fal-webhook-timestamp"),
        signature: header(request, "x-fal-webhook-signature"),
    };
    let hook = verified(cloud, ProviderName::Fal, request).await?;
    let settings = cloud.settings().await?;
    let keys = KEYS.as_ref().map_err(|error| {
        tracing::error!(%error, "no HTTP client");
        Problem::Internal
    })?;
    match keys.has_signed(&settings.fal_jwks_url, &call, cloud.now()).await {
        Ok(true) => {
            take(cloud, hook, Some(call.request_id.to_owned())).await?;
            Ok(no_content())
        }
        Ok(false) => Err(Problem::Forbidden),
        Err(error) => {
            tracing::warn!(%error, "fal's keys cannot be fetched");
            Err(Problem::Unavailable)
        }
    }
}

/// A missing header counts as an empty one, which nobody has signed.
fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    let value = request.headers().get(name);
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}
