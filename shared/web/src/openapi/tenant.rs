//! What organisers may call.

use super::endpoint::{Endpoint, Method};
use crate::model::{
    EventSettingsBody, EventSettingsInput, SummaryBody, TenantEditBody, TenantEditInput, TenantStyleBody,
};

const IDEMPOTENCY_KEY: (&str, &str) = (
    "idempotency-key",
    "1 to 255 visible ASCII characters: the same key makes one edit",
);

pub(super) fn endpoints() -> Vec<Endpoint> {
    const READ: &[u16] = &[400, 401, 403, 404, 503];
    const SETTINGS: &str = "/tenant/events/{eventSlug}/ai-settings";
    vec![
        Endpoint::new(
            Method::Get,
            "/tenant/events/{eventSlug}/ai-edits",
            "listEventEdits",
            "The event's edits, newest first",
        )
        .lists::<TenantEditBody<'_>>()
        .paged()
        .query("status", "queued, processing, succeeded, failed or blocked")
        .problems(READ),
        Endpoint::new(
            Method::Get,
            "/tenant/events/{eventSlug}/ai-edits/summary",
            "getEventSummary",
            "Counts, rates, latency, spend and alerts of this month",
        )
        .answers::<SummaryBody<'_>>(200)
        .problems(READ),
        Endpoint::new(
            Method::Post,
            "/tenant/events/{eventSlug}/ai-edits",
            "createEventEdit",
            "Asks for an edit of one of the event's photos",
        )
        .takes::<TenantEditInput>()
        .answers::<TenantEditBody<'_>>(202)
        .headers(&[IDEMPOTENCY_KEY])
        .problems(&[400, 401, 402, 403, 404, 409, 413, 415, 422, 429, 503]),
        Endpoint::new(
            Method::Get,
            "/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}",
            "getEventEdit",
            "An edit with provider, model, cost, attempts and prompt",
        )
        .answers::<TenantEditBody<'_>>(200)
        .problems(READ),
        Endpoint::new(
            Method::Get,
            "/tenant/events/{eventSlug}/ai-styles",
            "listEventStyles",
            "Every style, and whether this event may use it",
        )
        .lists::<TenantStyleBody<'_>>()
        .problems(READ),
        Endpoint::new(
            Method::Get,
            SETTINGS,
            "getEventSettings",
            "What the organiser allows at the event",
        )
        .answers::<EventSettingsBody<'_>>(200)
        .problems(READ),
        Endpoint::new(
            Method::Patch,
            SETTINGS,
            "updateEventSettings",
            "Changes what is allowed; null resets a field",
        )
        .takes::<EventSettingsInput>()
        .answers::<EventSettingsBody<'_>>(200)
        .problems(&[400, 401, 403, 404, 409, 413, 415, 422, 503]),
    ]
}
