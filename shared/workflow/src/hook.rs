//! Webhooks: a provider says that it has finished. Nothing of what it says is believed; its attempt is asked after now
//! instead of later, at most once in a while, however often it says so.

use domain::hook::Hook;
use domain::message::PollMessage;
use domain::ports::{Hints, Queues, SettingsSource, WebhookKey};
use domain::{Context, EditId, Problem, ProviderName};
use jiff::SignedDuration;
use providers::fal::{KeyRing, SignedCall};

/// At most one hint at an attempt is taken in this time.
const QUIET: SignedDuration = SignedDuration::from_secs(10);

/// Takes a hint that is proved by the address alone.
///
/// # Errors
/// The token is not ours ([`Problem::EditNotFound`]; nothing was read), or we cannot answer now.
pub async fn runware_hook<D>(deps: &D, edit_id: EditId, token: &str) -> Result<(), Problem>
where
    D: WebhookKey + Hints + Queues,
{
    let hook = verified(deps, ProviderName::Runware, edit_id, token).await?;
    take(deps, hook, None).await
}

/// Takes a hint that fal has signed.
///
/// # Errors
/// The token is not ours ([`Problem::EditNotFound`]; nothing was read), the signature is not fal's or is an old one
/// ([`Problem::Forbidden`]), or we cannot answer now.
pub async fn fal_hook<D>(
    deps: &D,
    keys: &KeyRing,
    edit_id: EditId,
    token: &str,
    call: &SignedCall<'_>,
) -> Result<(), Problem>
where
    D: Context + SettingsSource + WebhookKey + Hints + Queues,
{
    let hook = verified(deps, ProviderName::Fal, edit_id, token).await?;
    let settings = deps.settings().await?;
    match keys.has_signed(&settings.fal_jwks_url, call, deps.now()).await {
        Ok(true) => take(deps, hook, Some(call.request_id.to_owned())).await,
        Ok(false) => Err(Problem::Forbidden),
        Err(error) => {
            tracing::warn!(%error, "fal's keys cannot be fetched");
            Err(Problem::Unavailable)
        }
    }
}

async fn verified<D: WebhookKey>(
    deps: &D,
    provider: ProviderName,
    edit_id: EditId,
    token: &str,
) -> Result<Hook, Problem> {
    let key = deps.webhook_key().await?.ok_or(Problem::EditNotFound)?;
    Hook::verified(provider, edit_id, token, &key).ok_or(Problem::EditNotFound)
}

async fn take<D: Hints + Queues>(deps: &D, hook: Hook, request_id: Option<String>) -> Result<(), Problem> {
    if deps.take_hint(hook.edit_id, hook.attempt, QUIET).await? {
        let message = PollMessage::hinted(hook, request_id);
        deps.send_poll(&message, std::time::Duration::ZERO).await?;
    }
    Ok(())
}
