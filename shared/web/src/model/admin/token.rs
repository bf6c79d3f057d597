//! Event tokens.

use cloud::{IssuedToken, NewToken};
use domain::TokenId;
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token that is asked for.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenInput {
    /// When it stops working; null: never.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// A new token: shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = NewToken)]
pub struct NewTokenBody<'a> {
    #[schema(value_type = String)]
    token_id: TokenId,
    /// What guests have in their link.
    token: &'a str,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl<'a> NewTokenBody<'a> {
    /// A token that was just made.
    pub fn new(made: &'a NewToken, expires_at: Option<Timestamp>) -> Self {
        Self {
            token_id: made.token_id,
            token: &made.token,
            expires_at,
        }
    }
}

/// A token of an event, without the token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenBody {
    #[schema(value_type = String)]
    token_id: TokenId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl TokenBody {
    /// A token.
    pub fn new(token: &IssuedToken) -> Self {
        Self {
            token_id: token.token_id,
            created_at: token.token_id.created_at(),
            expires_at: token.valid_until,
        }
    }
}
