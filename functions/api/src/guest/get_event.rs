//! `GET /events/{token}`: what a guest can do at the event.

use cloud::Cloud;
use domain::event::EventPolicy;
use domain::guard::{self, Audience, Refusal, policy};
use domain::{Event, Problem, Settings};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use workflow::{grant, settings};

use crate::caller::{GuestId, guest, source_address};
use crate::openapi::Reads;
use crate::response::ok;
use crate::{Answer, Request};

/// What a guest can do at an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventBody<'a> {
    name: &'a str,
    ai_edits: AvailabilityBody,
    /// Whether guests may write a prompt of their own.
    allow_custom_prompt: bool,
    /// Whether that prompt may stand alone, without a style around it.
    allow_prompt_without_style: bool,
}

/// Whether edits are possible now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AvailabilityBody {
    available: bool,
    /// The code of the refusal that any edit would meet: `feature_disabled`, `feature_locked`, `event_policy_blocked`, or
    /// `unavailable` for a moment.
    #[schema(value_type = Option<Obstacle>)]
    reason: Option<&'static str>,
    /// What to tell the guest about it.
    message: Option<String>,
}

/// What any edit would be refused with.
#[derive(ToSchema)]
#[allow(dead_code)] // only its schema is used
#[schema(rename_all = "snake_case")]
enum Obstacle {
    FeatureDisabled,
    FeatureLocked,
    EventPolicyBlocked,
    Unavailable,
}

function!("guest-get-event", EventToken, get_event);

/// What is possible at the event, and if nothing is, why
// Unlike every other request of a guest it is answered while the feature is switched off: something has to tell the
// guest.
#[utoipa::path(get, path = "/events/{token}", params(GuestId),
    responses((status = 200, body = EventBody<'_>), Reads))]
async fn get_event(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    // Without settings no edit is possible, but the event can still be shown.
    let (settings, event) = futures::join!(settings(cloud), async {
        let grant = grant(cloud, caller).await?;
        cloud.event(&grant.event_id).await?.ok_or(Problem::EventNotFound)
    });
    let event = event?;
    let obstacle = match settings {
        Ok(settings) => obstacle(&settings, &event, cloud.now()).err().map(Problem::from),
        Err(problem) => Some(problem),
    };
    Ok(ok(EventBody::new(&event.name, &event.policy, obstacle.as_ref())))
}

/// Layers 1 to 3, as far as they do not depend on the edit: the refusal that any edit would meet now.
fn obstacle(settings: &Settings, event: &Event, now: Timestamp) -> Result<(), Refusal> {
    guard::enabled::check(settings, Audience::Guest)?;
    guard::entitlement::check(event, now)?;
    policy::check_enabled(&event.policy)
}

impl<'a> EventBody<'a> {
    pub(crate) fn new(name: &'a str, policy: &EventPolicy, obstacle: Option<&Problem>) -> Self {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_guest_learns_what_is_possible_or_why_nothing_is() {
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
