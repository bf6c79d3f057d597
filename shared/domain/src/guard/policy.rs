//! Layer 3: what the organiser allows at the event.

use super::refusal::Refusal;
use super::request::{EditRequest, Load};
use crate::event::EventPolicy;

/// The message for guests where the organiser has written none.
pub const DEFAULT_POLICY_MESSAGE: &str = "The organiser does not allow this at the event.";

/// Refuses where the organiser has switched edits off, or custom prompts, or prompts without a style.
pub fn check(request: &EditRequest, policy: &EventPolicy, load: Load) -> Result<(), Refusal> {
    let allowed = policy.enabled
        && (!request.has_custom_prompt() || policy.allow_custom_prompt)
        && (request.style_key.is_some() || policy.allow_prompt_without_style);
    if !allowed {
        return Err(refusal(policy));
    }
    let full = |load: i64, most: Option<u32>| most.is_some_and(|most| load >= i64::from(most));
    if full(load.of_guest, policy.max_in_flight_per_guest)
        || full(load.of_event, policy.max_in_flight_per_event)
    {
        return Err(Refusal::TooManyInFlight);
    }
    Ok(())
}

/// Refuses where the organiser has switched edits off, whatever the request.
pub fn check_enabled(policy: &EventPolicy) -> Result<(), Refusal> {
    if policy.enabled {
        Ok(())
    } else {
        Err(refusal(policy))
    }
}

fn refusal(policy: &EventPolicy) -> Refusal {
    let message = policy.policy_message.as_deref().unwrap_or(DEFAULT_POLICY_MESSAGE);
    Refusal::EventPolicyBlocked(message.to_owned())
}
