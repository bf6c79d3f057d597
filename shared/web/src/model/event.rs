//! Events as their guests see them, and styles as their organisers see them.

use domain::event::EventPolicy;
use domain::guard::GrantedBy;
use domain::{MicroUsd, Problem, Style, StyleKey};
use serde::Serialize;
use utoipa::ToSchema;

/// What a guest can do at an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBody<'a> {
    name: &'a str,
    ai_edits: AvailabilityBody,
    /// Whether guests may write a prompt of their own.
    allow_custom_prompt: bool,
    /// Whether that prompt may stand alone, without a style around it.
    allow_prompt_without_style: bool,
}

/// Whether edits are possible now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AvailabilityBody {
    available: bool,
    /// The code of the refusal that any edit would meet: `feature_disabled`, `feature_locked` or
    /// `event_policy_blocked`.
    reason: Option<&'static str>,
    /// What to tell the guest about it.
    message: Option<String>,
}

impl<'a> EventBody<'a> {
    /// An event, its policy, and the refusal that any edit would meet now.
    pub fn new(name: &'a str, policy: &EventPolicy, obstacle: Option<&Problem>) -> Self {
        Self {
            name,
            ai_edits: AvailabilityBody {
                available: obstacle.is_none(),
                reason: obstacle.map(|problem| problem.row().code),
                message: obstacle.and_then(Problem::detail),
            },
            allow_custom_prompt: policy.allow_custom_prompt,
            allow_prompt_without_style: policy.allow_prompt_without_style,
        }
    }
}

/// What an event has, for those who decide what to show of it (row E6).
#[derive(Debug, Serialize, ToSchema)]
pub struct CapabilitiesBody {
    /// Whether AI edits are unlocked.
    ai_styling: bool,
    /// `package` or `addon`.
    #[schema(value_type = Option<String>)]
    granted_by: Option<GrantedBy>,
}

impl CapabilitiesBody {
    /// What unlocked the feature, if anything.
    pub fn new(granted_by: Option<GrantedBy>) -> Self {
        Self {
            ai_styling: granted_by.is_some(),
            granted_by,
        }
    }
}

/// A style as an organiser sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantStyleBody<'a> {
    #[schema(value_type = String)]
    key: &'a StyleKey,
    name: &'a str,
    description: &'a str,
    preview_url: Option<&'a str>,
    is_active: bool,
    is_premium: bool,
    #[schema(value_type = i64)]
    estimated_cost_micro_usd: MicroUsd,
    version: u32,
    /// Switched on, and on the event's list.
    allowed: bool,
    /// Asks for more than the event has.
    locked: bool,
    /// The first thing in the way: `feature_locked`, `inactive`, `not_on_list` or `style_locked`.
    reason: Option<&'static str>,
    /// The same in words.
    message: Option<&'static str>,
}

impl<'a> TenantStyleBody<'a> {
    /// A style that guests can use.
    pub fn new(style: &'a Style, allowed: bool, locked: bool) -> Self {
        Self {
            key: &style.key,
            name: &style.name,
            description: &style.description,
            preview_url: style.preview_url.as_deref(),
            is_active: style.is_active,
            is_premium: style.is_premium,
            estimated_cost_micro_usd: style.estimated_cost_micro_usd,
            version: style.version,
            allowed,
            locked,
            reason: None,
            message: None,
        }
    }

    /// With what is in the way of using it.
    #[must_use]
    pub fn with_reason(mut self, reason: &'static str, message: &'static str) -> Self {
        self.reason = Some(reason);
        self.message = Some(message);
        self
    }
}

#[cfg(test)]
mod tests {
    use domain::guard::Refusal;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_guest_is_told_what_is_possible_or_why_nothing_is() {
        let policy = EventPolicy {
            allow_custom_prompt: true,
            ..EventPolicy::default()
        };
        let possible = serde_json::to_value(EventBody::new("Party", &policy, None)).unwrap();
        assert_eq!(
            possible,
            json!({
                "name": "Party",
                "ai_edits": { "available": true, "reason": null, "message": null },
                "allow_custom_prompt": true,
                "allow_prompt_without_style": false,
            })
        );
        for (refusal, reason) in [
            (
                Refusal::FeatureDisabled("Back at eight.".to_owned()),
                "feature_disabled",
            ),
            (Refusal::FeatureLocked, "feature_locked"),
            (
                Refusal::EventPolicyBlocked("Not tonight.".to_owned()),
                "event_policy_blocked",
            ),
        ] {
            let obstacle = Problem::from(refusal);
            let body = serde_json::to_value(EventBody::new("Party", &policy, Some(&obstacle))).unwrap();
            assert_eq!(body["ai_edits"]["available"], false);
            assert_eq!(body["ai_edits"]["reason"], reason);
            assert!(body["ai_edits"]["message"].is_string(), "{reason}");
        }
    }
}
