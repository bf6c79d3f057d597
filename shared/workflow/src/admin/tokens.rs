//! Event tokens: shown once, listed by id, revoked at once.

use cloud::{Cloud, IssuedToken, NewToken};
use domain::{EventId, Problem, TokenId};
use jiff::Timestamp;

use super::{Listing, removed};

/// Makes a token for an event.
///
/// # Errors
/// There is no such event.
pub async fn create_token(
    cloud: &Cloud,
    event: &EventId,
    valid_until: Option<Timestamp>,
) -> Result<NewToken, Problem> {
    let event = cloud.event(event).await?.ok_or(Problem::EventNotFound)?;
    Ok(cloud.new_token(&event, valid_until).await?)
}

/// A page of an event's tokens, newest first.
///
/// # Errors
/// There is no such event.
pub async fn list_tokens(
    cloud: &Cloud,
    event: &EventId,
    after: Option<TokenId>,
    limit: u32,
) -> Result<Listing<IssuedToken>, Problem> {
    let (found, tokens) = futures::try_join!(cloud.event(event), cloud.tokens_page(event, after, limit + 1))?;
    found.ok_or(Problem::EventNotFound)?;
    Ok(Listing::of(tokens, limit))
}

/// Ends a token: the next request with it is refused.
///
/// # Errors
/// The event has no such token.
pub async fn revoke_token(cloud: &Cloud, event: &EventId, token: TokenId) -> Result<(), Problem> {
    removed(cloud.revoke_token(event, token).await?, "token of this event")
}
