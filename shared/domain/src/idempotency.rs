//! Idempotency: a repeated request finds the edit of the first one.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::id::EditId;

/// How long the table keeps an idempotency record.
pub const IDEMPOTENCY_RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// An idempotency key within its caller's scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// A guest's scope hash, or the tenant: the same key of two callers has nothing in common.
    pub scope: String,
    /// As the caller sent it: 1 to 255 visible ASCII characters.
    pub key: String,
}

/// The record of a request with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// Hash of the request: another request under the same key is refused.
    pub request_hash: String,
    /// The edit that the request made.
    pub edit_id: EditId,
}
