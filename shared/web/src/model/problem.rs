//! RFC 9457 problem details, as they go over the wire.

use serde::Serialize;
use utoipa::ToSchema;

/// Why there is no answer. Branch on `code`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A URN of the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// For people; the same for every problem of the code.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What this caller can do about it.
    pub detail: Option<String>,
    /// A URN of the request.
    pub instance: String,
    /// Stable.
    pub code: &'static str,
    /// Names the request in our logs.
    pub request_id: String,
    /// Fields that do not fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldBody>,
    /// The blocked edit that was stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit_id: Option<String>,
}

/// A field that does not fit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub struct FieldBody {
    /// JSON pointer to the field.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}
