//! A guest: whoever holds an event's token.

use cloud::Cloud;
use std::sync::Arc;

use domain::event::TokenGrant;
use domain::scope::{GuestCaller, token_hash};
use domain::{Problem, Settings};

/// What the token opens; an unknown or expired token and a missing event look the same.
pub(crate) async fn grant(cloud: &Cloud, caller: GuestCaller<'_>) -> Result<TokenGrant, Problem> {
    let grant = cloud.grant(&token_hash(caller.token)).await?;
    grant
        .filter(|grant| grant.is_valid(cloud.now()))
        .ok_or(Problem::EventNotFound)
}

/// The settings, or a refusal where they could never be read.
pub(crate) async fn settings(cloud: &Cloud) -> Result<Arc<Settings>, Problem> {
    cloud.settings().await.map_err(|error| {
        tracing::error!(%error, "no settings, refusing");
        Problem::no_settings()
    })
}
