//! Webhooks: a provider says that it has finished. Nothing in the body is believed. A hint makes us poll the attempt now
//! instead of later, at most once in [`QUIET`], however often it is repeated.

pub(crate) mod fal;
pub(crate) mod runware;

use std::time::Duration;

use cloud::{Cloud, invocation};
use domain::hook::Hook;
use domain::message::PollMessage;
use domain::{EditId, Problem, ProviderName};
use jiff::SignedDuration;
use utoipa::IntoParams;

use crate::Request;
use crate::caller::path_id;
use crate::page::query_text;

/// After a hint, further ones at the same attempt are ignored for this long.
const QUIET: SignedDuration = SignedDuration::from_secs(10);

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // documents what `verified` reads
struct HookToken {
    /// The token that the address was given out with
    #[param(required = false)]
    t: String,
}

/// The attempt that the address names, if its token is ours. Reads nothing about the edit.
async fn verified(cloud: &Cloud, provider: ProviderName, request: &Request) -> Result<Hook, Problem> {
    let edit_id: EditId = path_id(request, "edit", Problem::EditNotFound)?;
    let token = query_text(request, "t").unwrap_or_default();
    let key = cloud.webhook_key().await?.ok_or(Problem::EditNotFound)?;
    Hook::verified(provider, edit_id, token, &key).ok_or(Problem::EditNotFound)
}

/// Sends a poll message, unless a hint at this attempt was taken a moment ago.
async fn take(cloud: &Cloud, hook: Hook, request_id: Option<String>) -> Result<(), Problem> {
    let edit_id = hook.edit_id;
    if cloud.take_hint(edit_id, hook.attempt, QUIET).await? {
        cloud
            .send_poll(&PollMessage::hinted(hook, request_id), Duration::ZERO)
            .await?;
    }
    invocation::about(edit_id);
    Ok(())
}
