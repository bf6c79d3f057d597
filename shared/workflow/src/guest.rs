//! A guest: whoever holds an event's token.

use std::sync::Arc;

use domain::event::TokenGrant;
use domain::ports::{SettingsSource, Tokens};
use domain::scope::{GuestCaller, token_hash};
use domain::{Context, Problem, Settings};

/// What the token opens; an unknown or expired token and a missing event look the same.
pub(crate) async fn grant<D: Tokens + Context>(
    deps: &D,
    caller: GuestCaller<'_>,
) -> Result<TokenGrant, Problem> {
    let grant = deps.grant(&token_hash(caller.token)).await?;
    grant
        .filter(|grant| grant.is_valid(deps.now()))
        .ok_or(Problem::EventNotFound)
}

/// The settings, or a refusal where they could never be read.
pub(crate) async fn settings<D: SettingsSource>(deps: &D) -> Result<Arc<Settings>, Problem> {
    deps.settings().await.map_err(|error| {
        tracing::error!(%error, "no settings, refusing");
        Problem::no_settings()
    })
}
