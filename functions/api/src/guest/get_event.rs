//! `GET /events/{token}`: what a guest can do at the event.

use cloud::Cloud;
use domain::event::{EventPolicy, Gallery};
use domain::guard::{self, Audience, Refusal, policy};
use domain::photo::MAX_PHOTO_BYTES;
use domain::{Event, Problem, Settings};
use jiff::Timestamp;
use media::Limits;
use serde::Serialize;
use utoipa::ToSchema;
use workflow::{grant, settings};

use crate::caller::{GuestId, guest, source_address};
use crate::model::page::{PageBody, logo_url};
use crate::model::upload::MimeType;
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
    /// Whose edits a guest sees besides its own.
    gallery: Gallery,
    page: PageBody<'a>,
    photos: PhotoLimitsBody,
}

/// What a photo may be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PhotoLimitsBody {
    max_bytes: u64,
    max_pixels: u64,
    /// Pixels of the shorter edge.
    min_edge: u32,
    mime_types: &'static [MimeType],
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
    let logo_url = logo_url(cloud, &event.policy).await?;
    let body = EventBody::new(&event.name, &event.policy, logo_url.as_deref(), obstacle.as_ref());
    Ok(ok(body))
}

/// Layers 1 to 3, as far as they do not depend on the edit: the refusal that any edit would meet now.
fn obstacle(settings: &Settings, event: &Event, now: Timestamp) -> Result<(), Refusal> {
    guard::enabled::check(settings, Audience::Guest)?;
    guard::entitlement::check(event, now)?;
    policy::check_enabled(&event.policy)
}

impl<'a> EventBody<'a> {
    pub(crate) fn new(
        name: &'a str,
        policy: &'a EventPolicy,
        logo_url: Option<&'a str>,
        obstacle: Option<&Problem>,
    ) -> Self {
        Self {
            name,
            ai_edits: AvailabilityBody {
                available: obstacle.is_none(),
                reason: obstacle.map(|problem| problem.row().code),
                message: obstacle.and_then(Problem::detail),
            },
            allow_custom_prompt: policy.allow_custom_prompt,
            allow_prompt_without_style: policy.allow_prompt_without_style,
            gallery: policy.gallery,
            page: PageBody::new(policy, logo_url),
            photos: PhotoLimitsBody {
                max_bytes: MAX_PHOTO_BYTES,
                max_pixels: Limits::PHOTO.max_pixels,
                min_edge: Limits::PHOTO.min_side,
                mime_types: MimeType::ALL,
            },
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
        let possible = serde_json::to_value(EventBody::new("Party", &policy, None, None)).unwrap();
        assert_eq!(
            possible,
            json!({
                "name": "Party",
                "ai_edits": { "available": true, "reason": null, "message": null },
                "allow_custom_prompt": true,
                "allow_prompt_without_style": false,
                "gallery": "off",
                "page": {
                    "welcome": null, "accent_colour": null, "logo_url": null, "languages": ["de", "en"],
                    "privacy_url": null, "consent": null, "ends_at": null,
                },
                "photos": {
                    "max_bytes": 30_000_000, "max_pixels": Limits::PHOTO.max_pixels,
                    "min_edge": Limits::PHOTO.min_side,
                    "mime_types": ["image/jpeg", "image/png", "image/webp"],
                },
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
            let body = serde_json::to_value(EventBody::new("Party", &policy, None, Some(&obstacle))).unwrap();
            assert_eq!(body["ai_edits"]["available"], false);
            assert_eq!(body["ai_edits"]["reason"], reason);
            assert!(body["ai_edits"]["message"].is_string(), "{reason}");
        }
    }
}
