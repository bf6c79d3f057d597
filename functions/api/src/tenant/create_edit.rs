//! `POST /tenant/events/{eventSlug}/ai-edits`: an organiser asks for an edit.

use cloud::{Cloud, invocation};
use domain::guard::EditRequest;
use domain::{PhotoId, Problem, StyleKey};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use workflow::{Caller, CreateEdit};

use crate::body::json_body;
use crate::caller::{IdempotencyKey, idempotency_key, path_text, tenant, tenant_caller};
use crate::guest::create_edit::{EditInput, MAX_PROMPT};
use crate::model::edit::{TenantEditBody, retry_after_ms};
use crate::openapi::Edits;
use crate::response::accepted;
use crate::{Answer, Request};

/// An edit that an organiser asks for.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantEditInput {
    /// One of the event's photos.
    #[garde(skip)]
    photo_id: String,
    /// One of the event's styles.
    #[garde(skip)]
    #[schema(value_type = Option<String>)]
    style_key: Option<StyleKey>,
    /// In the organiser's own words.
    #[garde(length(chars, min = 1, max = MAX_PROMPT))]
    #[schema(min_length = 1, max_length = 2_000)]
    prompt: Option<String>,
    /// What the picture should not show.
    #[garde(length(chars, min = 1, max = MAX_PROMPT))]
    #[schema(min_length = 1, max_length = 2_000)]
    negative_prompt: Option<String>,
}

function!("tenant-create-edit", Tenant, create_event_edit);

/// Asks for an edit of one of the event's photos
#[utoipa::path(post, path = "/tenant/events/{eventSlug}/ai-edits", params(IdempotencyKey),
    request_body = TenantEditInput, responses((status = 202, body = TenantEditBody<'_>), Edits))]
async fn create_event_edit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let event_slug = path_text(request, "eventSlug");
    let idempotency_key = idempotency_key(request)?;
    let (photo_id, asked) = json_body::<TenantEditInput>(request)?.into_request()?;
    let input = CreateEdit {
        caller: Caller::Tenant(tenant_caller(request, &tenant_id)),
        photo_id,
        request: asked,
        idempotency_key,
    };
    let made = workflow::create_edit(cloud, &input).await?;
    let id = made.edit.id;
    invocation::about(id);
    // A repeated request may be answered with an edit that has long been finished.
    let event = cloud
        .event(&made.edit.event_id)
        .await?
        .ok_or(Problem::EventNotFound)?;
    let shown = made.edit.shown(event.policy.gallery);
    let location = format!("/api/v1/tenant/events/{event_slug}/ai-edits/{id}");
    Ok(accepted(TenantEditBody::new(&made, shown), location).retry_after_ms(retry_after_ms(&made)))
}

impl TenantEditInput {
    /// The photo and the request.
    ///
    /// # Errors
    /// The photo id is malformed, or the input names neither a style nor a prompt.
    fn into_request(self) -> Result<(PhotoId, EditRequest), Problem> {
        let photo = self.photo_id.parse().map_err(|_| Problem::PhotoNotFound)?;
        let input = EditInput {
            style_key: self.style_key,
            prompt: self.prompt,
            negative_prompt: self.negative_prompt,
        };
        Ok((photo, input.into_request()?))
    }
}
