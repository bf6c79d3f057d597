//! Everything a caller can be told instead of an answer. One type knows its status, its code and whether another
//! try is worth it; the package `api` renders it as RFC 9457 problem details.

use thiserror::Error;

pub use crate::field_error::FieldError;
use crate::guard::Refusal;
use crate::id::EditId;

/// The problem that answers a request. Each variant is a row of the contract's error table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// Malformed JSON, cursor, or header; says which.
    #[error("{0}")]
    InvalidRequest(String),
    /// No valid token.
    #[error("Send a valid token as `Authorization: Bearer …`.")]
    Unauthenticated,
    /// A valid token that does not allow this.
    #[error("This token does not allow this.")]
    Forbidden,
    /// Refused by a layer of protection.
    #[error("{}", .0.advice())]
    Refused(Refusal),
    /// Refused by prompt safety; the blocked edit is stored.
    #[error("{REPHRASE}")]
    PromptBlocked(EditId),
    /// No such event, or none for this caller.
    #[error("There is no such event, or its link has expired.")]
    EventNotFound,
    /// No such photo at this event.
    #[error("There is no such photo at this event.")]
    PhotoNotFound,
    /// No such edit at this event.
    #[error("There is no such edit at this event.")]
    EditNotFound,
    /// No such entry of a collection; names the kind of thing.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// The catalogue holds no valid price for the add-on.
    #[error("The catalogue holds no price for this add-on. Set `price_cents` and `currency` there first.")]
    AddonNotPurchasable,
    /// Something else still points at it; says what and what to do.
    #[error("{0}")]
    InUse(String),
    /// Too many edits in flight, blocked prompts or photos; seconds until it is worth another try.
    #[error("Too many requests. Wait a little before you try again.")]
    RateLimited(u32),
    /// The event has as many photos as it may have this month; seconds until the month ends.
    #[error("This event has taken as many photos as it may this month. The organiser can ask for more.")]
    TooManyPhotos(u32),
    /// The first call with this key is still running.
    #[error("The first request with this Idempotency-Key is still being worked on. Try again in a moment.")]
    IdempotencyInProgress,
    /// It is no longer as the caller's `If-Match` says.
    #[error("Somebody else has changed it. Read it again, and send your change with its new ETag.")]
    PreconditionFailed,
    /// The event asks for consent to a text, and the caller's is missing or to another text.
    #[error(
        "Show the event's consent text, and send its version as `consent_version` once the guest agrees."
    )]
    ConsentRequired,
    /// The edit has no picture that could be shown.
    #[error("Only an edit that has succeeded can be shown to others.")]
    NotSucceeded,
    /// The body is larger than allowed.
    #[error("The body may have {0} bytes at most.")]
    PayloadTooLarge(usize),
    /// The body is not JSON.
    #[error("Send the body as application/json.")]
    UnsupportedMediaType,
    /// Fields that do not fit.
    #[error("{SEE_FIELDS}")]
    ValidationFailed(Vec<FieldError>),
    /// The same key, another request.
    #[error("This Idempotency-Key was used for another request. Use a new key.")]
    IdempotencyKeyReused,
    /// We cannot answer now; another try may succeed.
    #[error("")]
    Unavailable,
    /// A failure of ours; another try will not help.
    #[error("")]
    Internal,
}

/// A row of the error table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// HTTP status.
    pub status: u16,
    /// Stable; what a client branches on.
    pub code: &'static str,
    /// For people, the same for every problem of the code.
    pub title: &'static str,
    /// Seconds after which another try may succeed.
    pub retry_after: Option<u32>,
}

const fn row(status: u16, code: &'static str, title: &'static str, retry_after: Option<u32>) -> Row {
    Row {
        status,
        code,
        title,
        retry_after,
    }
}

impl Problem {
    /// Status, code, title and retry: the one table.
    pub const fn row(&self) -> Row {
        match self {
            Self::InvalidRequest(_) => row(400, "invalid_request", "The request is malformed", None),
            Self::Unauthenticated => row(401, "unauthenticated", "A valid token is missing", None),
            Self::Forbidden => row(403, "forbidden", "This is not allowed", None),
            Self::NotFound(_) => row(404, "not_found", "There is no such thing", None),
            Self::AddonNotPurchasable => {
                row(409, "addon_not_purchasable", "The add-on cannot be bought", None)
            }
            Self::InUse(_) => row(409, "in_use", "Something else depends on it", None),
            Self::RateLimited(seconds) => row(429, "rate_limited", "Too many requests", Some(*seconds)),
            Self::TooManyPhotos(seconds) => row(429, "rate_limited", "Too many photos", Some(*seconds)),
            Self::Refused(refusal) => match refusal {
                Refusal::FeatureDisabled(_) => {
                    row(503, "feature_disabled", "AI edits are switched off", Some(30))
                }
                Refusal::FeatureLocked => row(403, "feature_locked", "AI edits are not unlocked", None),
                Refusal::EventPolicyBlocked(_) => row(
                    403,
                    "event_policy_blocked",
                    "The organiser does not allow this",
                    None,
                ),
                Refusal::BudgetHardCapReached => {
                    row(402, "budget_hard_cap_reached", "The budget is used up", None)
                }
                Refusal::TooManyInFlight => row(429, "rate_limited", "Too many edits under way", Some(5)),
                Refusal::TooManyThisHour(seconds) => {
                    row(429, "rate_limited", "Too many edits in this hour", Some(*seconds))
                }
                Refusal::BudgetSoftCapStyle => row(
                    402,
                    "budget_soft_cap_reached",
                    "The budget is nearly used up",
                    None,
                ),
                Refusal::StyleNotAllowed => {
                    row(403, "style_not_allowed", "This style is not available", None)
                }
                Refusal::StyleLocked => row(403, "style_locked", "This style is not unlocked", None),
                Refusal::Invalid { .. } => VALIDATION,
                Refusal::PromptBlocked => BLOCKED,
            },
            Self::PromptBlocked(_) => BLOCKED,
            Self::EventNotFound => row(404, "event_not_found", "There is no such event", None),
            Self::PhotoNotFound => row(404, "photo_not_found", "There is no such photo", None),
            Self::EditNotFound => row(404, "edit_not_found", "There is no such edit", None),
            Self::IdempotencyInProgress => row(
                409,
                "idempotency_in_progress",
                "The first request is still running",
                Some(1),
            ),
            Self::PreconditionFailed => {
                row(412, "precondition_failed", "It has changed in the meantime", None)
            }
            Self::ConsentRequired => row(422, "consent_required", "The guest has not agreed yet", None),
            Self::NotSucceeded => row(409, "edit_not_succeeded", "The edit has no picture", None),
            Self::PayloadTooLarge(_) => row(413, "payload_too_large", "The body is too large", None),
            Self::UnsupportedMediaType => row(415, "unsupported_media_type", "The body is not JSON", None),
            Self::ValidationFailed(_) => VALIDATION,
            Self::IdempotencyKeyReused => row(
                422,
                "idempotency_key_reused",
                "The key belongs to another request",
                None,
            ),
            Self::Unavailable => row(503, "unavailable", "Try again in a moment", Some(1)),
            Self::Internal => row(500, "internal_error", "Something went wrong", None),
        }
    }

    /// The advice for the caller; a 5xx never says why, except that the feature is switched off.
    pub fn detail(&self) -> Option<String> {
        let text = match self {
            Self::Refused(refusal) => refusal.advice().to_owned(),
            other => other.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The fields that do not fit.
    pub fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::ValidationFailed(fields) => fields.clone(),
            Self::Refused(Refusal::Invalid { pointer, detail }) => {
                vec![FieldError {
                    pointer: (*pointer).to_owned(),
                    detail: detail.clone(),
                }]
            }
            _ => Vec::new(),
        }
    }

    /// A single field that does not fit.
    pub fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::ValidationFailed(vec![FieldError {
            pointer: pointer.to_owned(),
            detail: detail.into(),
        }])
    }
}

/// Every code that a caller can meet.
pub const CODES: [&str; 28] = [
    "addon_not_purchasable",
    "budget_hard_cap_reached",
    "budget_soft_cap_reached",
    "consent_required",
    "edit_not_found",
    "edit_not_succeeded",
    "event_not_found",
    "event_policy_blocked",
    "feature_disabled",
    "feature_locked",
    "forbidden",
    "idempotency_in_progress",
    "idempotency_key_reused",
    "in_use",
    "internal_error",
    "invalid_request",
    "not_found",
    "payload_too_large",
    "photo_not_found",
    "precondition_failed",
    "prompt_blocked",
    "rate_limited",
    "style_locked",
    "style_not_allowed",
    "unauthenticated",
    "unavailable",
    "unsupported_media_type",
    "validation_failed",
];

impl Refusal {
    /// What the caller can do about it.
    pub fn advice(&self) -> &str {
        match self {
            Self::FeatureDisabled(message) | Self::EventPolicyBlocked(message) => message,
            Self::FeatureLocked => {
                "This event's package does not include AI edits. The organiser can add them."
            }
            Self::TooManyInFlight => {
                "Other pictures are still being made. Try again when one of them is finished."
            }
            Self::TooManyThisHour(_) => {
                "There have been as many pictures as one hour allows. Try again when the hour is over."
            }
            Self::BudgetHardCapReached => "The organiser's budget for this month is used up.",
            Self::BudgetSoftCapStyle => {
                "Only cheaper styles are available for the rest of the month. Choose another style."
            }
            Self::StyleNotAllowed => "Choose one of the styles of this event.",
            Self::StyleLocked => {
                "This is a premium style. The organiser can unlock it, or choose another style."
            }
            Self::Invalid { .. } => SEE_FIELDS,
            Self::PromptBlocked => REPHRASE,
        }
    }
}

const SEE_FIELDS: &str = "Some fields do not fit; see `errors`.";
const REPHRASE: &str = "Please describe your picture in other words.";
const VALIDATION: Row = row(422, "validation_failed", "Some fields do not fit", None);
const BLOCKED: Row = row(422, "prompt_blocked", "The prompt was refused", None);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table is a `match`, which nobody can walk through; its text is.
    #[test]
    fn every_code_of_the_table_is_listed() {
        let text = include_str!("problem.rs").replace(char::is_whitespace, "");
        let (table, _) = text.split_once("modtests").unwrap();
        let rows = table
            .split("row(")
            .skip(1)
            .filter_map(|row| row.split_once(",\"")?.1.split('"').next());
        let mut found: Vec<&str> = rows.collect();
        found.sort_unstable();
        found.dedup();
        assert!(found.len() > 20, "{found:?}");
        assert_eq!(found, CODES);
    }
}
