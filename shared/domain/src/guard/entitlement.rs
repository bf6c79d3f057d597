//! Layer 2: the event's package or a paid add-on unlocks AI edits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::event::{ADDON_AI_STYLING, Event, FEATURE_AI_STYLING};

/// What unlocked the feature for an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantedBy {
    /// The event's package has the feature.
    Package,
    /// A completed, unexpired add-on.
    Addon,
}

/// What unlocks AI edits at this event; a package counts before an add-on.
pub fn check(event: &Event, now: Timestamp) -> Result<GrantedBy, Refusal> {
    if event.has_feature(FEATURE_AI_STYLING) {
        Ok(GrantedBy::Package)
    } else if event.has_addon(ADDON_AI_STYLING, now) {
        Ok(GrantedBy::Addon)
    } else {
        Err(Refusal::FeatureLocked)
    }
}
