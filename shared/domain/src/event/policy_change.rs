//! What an organiser changes about an event's policy.

use serde::Serialize;

use crate::id::StyleKey;

/// The fields of an [`EventPolicy`](super::EventPolicy) that change, with their new values; the others are absent, also when it is
/// serialised: only what was sent is written, so that two changes of different fields both last.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // each field is the policy's field of its name
pub struct PolicyChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_custom_prompt: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_prompt_without_style: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_style_keys: Option<Vec<StyleKey>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_message: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_terms: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_in_flight_per_guest: Option<Option<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_in_flight_per_event: Option<Option<u32>>,
}

impl PolicyChange {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
