//! Layer 6: the caller's own words contain no blocked term.

use super::request::EditRequest;
use crate::blocked_terms::contains_any;
use crate::event::EventPolicy;
use crate::settings::Settings;

/// Whether the request's own words contain a blocked term of the installation or the event.
pub fn is_blocked(request: &EditRequest, settings: &Settings, policy: &EventPolicy) -> bool {
    let words = [request.prompt.as_deref(), request.negative_prompt.as_deref()];
    contains_any(
        words.into_iter().flatten(),
        &[&settings.blocked_terms, &policy.blocked_terms],
    )
}
