//! Layer 3: what the organiser allows at the event.

use super::{EditRequest, Refusal};
use crate::event::EventPolicy;

/// What a guest is told where the organiser has written nothing.
pub const DEFAULT_POLICY_MESSAGE: &str = "The organiser does not allow this at the event.";

/// Refuses where the organiser has switched edits off, or custom prompts, or prompts without a style.
pub fn check(request: &EditRequest, policy: &EventPolicy) -> Result<(), Refusal> {
    let allowed = policy.enabled
        && (!request.has_custom_prompt() || policy.allow_custom_prompt)
        && (request.style_key.is_some() || policy.allow_prompt_without_style);
    if allowed {
        Ok(())
    } else {
        let message = policy.policy_message.as_deref().unwrap_or(DEFAULT_POLICY_MESSAGE);
        Err(Refusal::EventPolicyBlocked(message.to_owned()))
    }
}
