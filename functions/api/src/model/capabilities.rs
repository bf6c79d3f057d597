//! What an event can do.

use domain::guard::GrantedBy;
use serde::Serialize;
use utoipa::ToSchema;

/// What an event has, for clients that decide what to show of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CapabilitiesBody {
    /// Whether AI edits are unlocked.
    ai_styling: bool,
    /// `package` or `addon`.
    granted_by: Option<GrantedBy>,
}

impl CapabilitiesBody {
    /// What unlocked the feature, if anything.
    pub(crate) fn new(granted_by: Option<GrantedBy>) -> Self {
        Self {
            ai_styling: granted_by.is_some(),
            granted_by,
        }
    }
}
