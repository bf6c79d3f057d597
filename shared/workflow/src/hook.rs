//! Webhooks: a provider says that it has finished. Nothing of what it says is believed; its attempt is asked after now
//! instead of later, at most once in a while, however often it says so.

use cloud::Cloud;
use domain::hook::Hook;
use domain::message::PollMessage;
use domain::{EditId, Problem, ProviderName};
use jiff::SignedDuration;
use providers::fal::{KeyRing, SignedCall};

/// At most one hint at an attempt is taken in this time.
const QUIET: SignedDuration = SignedDuration::from_secs(10);

/// Takes a hint that is proved by the address alone.
///
/// # Errors
/// The token is not ours ([`Problem::EditNotFound`]; nothing was read), or we cannot answer now.
pub async fn runware_hook(cloud: &Cloud, edit_id: EditId, token: &str) -> Result<(), Problem> {
    let hook = verified(cloud, ProviderName::Runware, edit_id, token).await?;
    take(cloud, hook, None).await
}

/// Takes a hint that fal has signed.
///
/// # Errors
/// The token is not ours ([`Problem::EditNotFound`]; nothing was read), the signature is not fal's or is an old one
/// ([`Problem::Forbidden`]), or we cannot answer now.
pub async fn fal_hook(
    cloud: &Cloud,
    keys: &KeyRing,
    edit_id: EditId,
    token: &str,
    call: &SignedCall<'_>,
) -> Result<(), Problem> {
    let hook = verified(cloud, ProviderName::Fal, edit_id, token).await?;
    let settings = cloud.settings().await?;
    match keys.has_signed(&settings.fal_jwks_url, call, cloud.now()).await {
        Ok(true) => take(cloud, hook, Some(call.request_id.to_owned())).await,
        Ok(false) => Err(Problem::Forbidden),
        Err(error) => {
            tracing::warn!(%error, "fal's keys cannot be fetched");
            Err(Problem::Unavailable)
        }
    }
}

async fn verified(
    cloud: &Cloud,
    provider: ProviderName,
    edit_id: EditId,
    token: &str,
) -> Result<Hook, Problem> {
    let key = cloud.webhook_key().await?.ok_or(Problem::EditNotFound)?;
    Hook::verified(provider, edit_id, token, &key).ok_or(Problem::EditNotFound)
}

async fn take(cloud: &Cloud, hook: Hook, request_id: Option<String>) -> Result<(), Problem> {
    if cloud.take_hint(hook.edit_id, hook.attempt, QUIET).await? {
        let message = PollMessage::hinted(hook, request_id);
        cloud.send_poll(&message, std::time::Duration::ZERO).await?;
    }
    Ok(())
}
