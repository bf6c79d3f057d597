//! Layer 1: the kill switch, and the roll-out switch for guests.

use super::refusal::Refusal;
use super::request::Audience;
use crate::settings::Settings;

/// Refuses while the feature is switched off, for everybody or for guests.
pub fn check(settings: &Settings, audience: Audience) -> Result<(), Refusal> {
    let on = settings.is_enabled && (audience == Audience::Tenant || settings.guest_enabled);
    if on {
        Ok(())
    } else {
        Err(Refusal::FeatureDisabled(settings.status_message.clone()))
    }
}
