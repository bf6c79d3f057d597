//! `GET /tenant/events/{eventSlug}/ai-settings`: what the organiser allows at the event.

use cloud::Cloud;
use domain::event::{Consent, EventPolicy, Gallery};
use domain::guard::entitlement;
use domain::{Event, Problem, StyleKey};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::{tenant, tenant_caller};
use crate::model::capabilities::CapabilitiesBody;
use crate::model::page::{PageSettingsBody, logo_url};
use crate::openapi::Reads;
use crate::response::ok;
use crate::{Answer, Request};

/// An event's policy, and whether it has the feature at all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventSettingsBody<'a> {
    enabled: bool,
    allow_custom_prompt: bool,
    allow_prompt_without_style: bool,
    #[schema(value_type = Vec<String>)]
    allowed_style_keys: &'a [StyleKey],
    policy_message: Option<&'a str>,
    blocked_terms: &'a [String],
    max_in_flight_per_guest: Option<u32>,
    max_in_flight_per_event: Option<u32>,
    gallery: Gallery,
    page: PageSettingsBody<'a>,
    consent: Option<&'a Consent>,
    /// Set by package and add-ons; cannot be changed here.
    capabilities: CapabilitiesBody,
}

function!("tenant-get-settings", Tenant, get_event_settings);

/// What the organiser allows at the event
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/ai-settings",
    responses((status = 200, body = EventSettingsBody<'_>, headers(("etag" = String, description = "For `If-Match`."))),
        Reads))]
async fn get_event_settings(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let event = super::event(cloud, tenant_caller(request, &tenant_id)).await?;
    let logo_url = logo_url(cloud, &event.policy).await?;
    Ok(ok(EventSettingsBody::new(&event, logo_url.as_deref(), cloud.now())).etag(event.policy_version))
}

impl<'a> EventSettingsBody<'a> {
    pub(crate) fn new(event: &'a Event, logo_url: Option<&'a str>, now: Timestamp) -> Self {
        let policy: &EventPolicy = &event.policy;
        Self {
            enabled: policy.enabled,
            allow_custom_prompt: policy.allow_custom_prompt,
            allow_prompt_without_style: policy.allow_prompt_without_style,
            allowed_style_keys: &policy.allowed_style_keys,
            policy_message: policy.policy_message.as_deref(),
            blocked_terms: &policy.blocked_terms,
            max_in_flight_per_guest: policy.max_in_flight_per_guest,
            max_in_flight_per_event: policy.max_in_flight_per_event,
            gallery: policy.gallery,
            page: PageSettingsBody::new(&policy.page, logo_url),
            consent: policy.consent.as_ref(),
            capabilities: CapabilitiesBody::new(entitlement::check(event, now).ok()),
        }
    }
}
