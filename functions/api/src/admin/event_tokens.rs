//! Event tokens: shown once, listed by id, revoked at once.

use cloud::{Cloud, IssuedToken, NewToken};
use domain::{EventId, Problem, TokenId};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::removed;
use crate::body::json_body;
use crate::caller::{actor, path_id};
use crate::openapi::{Changes, Reads};
use crate::page::Page;
use crate::response::{created, list, no_content};
use crate::{Answer, Request};

const MISSING: Problem = Problem::NotFound("token of this event");

/// A token that is asked for.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenInput {
    /// When it stops working; null: never.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// A new token: shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = NewToken)]
pub(crate) struct NewTokenBody<'a> {
    #[schema(value_type = String)]
    token_id: TokenId,
    /// What guests have in their link.
    token: &'a str,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// A token of an event, without the token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenBody {
    #[schema(value_type = String)]
    token_id: TokenId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

function!("admin-event-tokens", Superadmin, {
    GET => list_event_tokens,
    POST => create_event_token,
    DELETE [tokenId] => revoke_event_token,
});

/// The guest links of an event, without their secrets
#[utoipa::path(get, path = "/admin/events/{eventId}/tokens",
    responses((status = 200, body = [TokenBody]), Reads))]
async fn list_event_tokens(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let event = event_id(request)?;
    let page: Page<TokenId> = Page::of(request)?;
    let tokens = cloud.tokens_page(&event, page.after, page.to_read());
    let (found, mut tokens) = futures::try_join!(cloud.event(&event), tokens)?;
    found.ok_or(Problem::EventNotFound)?;
    let next = page.cut(&mut tokens, |token| token.token_id);
    Ok(list(tokens.iter().map(TokenBody::new), next))
}

/// Makes a guest link and shows it once
#[utoipa::path(post, path = "/admin/events/{eventId}/tokens", request_body = TokenInput,
    responses((status = 201, body = NewTokenBody<'_>), Changes))]
async fn create_event_token(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let event = event_id(request)?;
    let input: TokenInput = json_body(request)?;
    let event = cloud.event(&event).await?.ok_or(Problem::EventNotFound)?;
    let made = cloud
        .new_token(&actor(request)?, &event, None, input.expires_at)
        .await?;
    Ok(created(NewTokenBody::new(&made, input.expires_at)))
}

/// Ends a guest link at once
#[utoipa::path(delete, path = "/admin/events/{eventId}/tokens/{tokenId}", responses((status = 204), Reads))]
async fn revoke_event_token(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let event = event_id(request)?;
    let token = path_id(request, "tokenId", MISSING)?;
    let event = cloud.event(&event).await?.ok_or(Problem::EventNotFound)?;
    let found = cloud.revoke_token(&actor(request)?, &event, token).await?;
    removed(found, MISSING)?;
    Ok(no_content())
}

fn event_id(request: &Request) -> Result<EventId, Problem> {
    path_id(request, "eventId", Problem::EventNotFound)
}

impl<'a> NewTokenBody<'a> {
    pub(crate) fn new(made: &'a NewToken, expires_at: Option<Timestamp>) -> Self {
        Self {
            token_id: made.token_id,
            token: &made.token,
            expires_at,
        }
    }
}

impl TokenBody {
    pub(crate) fn new(token: &IssuedToken) -> Self {
        Self {
            token_id: token.token_id,
            created_at: token.token_id.created_at(),
            expires_at: token.valid_until,
        }
    }
}
