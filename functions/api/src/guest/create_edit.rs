//! `POST /events/{token}/photos/{photo}/ai-edits`: a guest asks for an edit.

use cloud::{Cloud, invocation};
use domain::guard::EditRequest;
use domain::text::cleaned;
use domain::{Problem, StyleKey};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use workflow::{Caller, CreateEdit};

use crate::body::json_body;
use crate::caller::{GuestId, IdempotencyKey, guest, idempotency_key, path_id, source_address};
use crate::model::edit::{EditBody, retry_after_ms};
use crate::openapi::Edits;
use crate::response::accepted;
use crate::{Answer, Request};

/// The longest prompt, in characters. A model may take fewer; that limit is checked with the style.
pub(crate) const MAX_PROMPT: usize = 2_000;

/// An edit that is asked for: at least a style or a prompt.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditInput {
    /// One of the event's styles.
    #[garde(skip)]
    #[schema(value_type = Option<String>)]
    pub(crate) style_key: Option<StyleKey>,
    /// In the caller's own words, where the event allows it.
    #[garde(length(chars, min = 1, max = MAX_PROMPT))]
    #[schema(min_length = 1, max_length = 2_000)]
    pub(crate) prompt: Option<String>,
    /// What the picture should not show.
    #[garde(length(chars, min = 1, max = MAX_PROMPT))]
    #[schema(min_length = 1, max_length = 2_000)]
    pub(crate) negative_prompt: Option<String>,
}

function!("guest-create-edit", EventToken, create_edit);

/// Asks for an edit of a photo: at least a style or a prompt
#[utoipa::path(post, path = "/events/{token}/photos/{photo}/ai-edits", params(GuestId, IdempotencyKey),
    request_body = EditInput, responses((status = 202, body = EditBody<'_>), Edits))]
async fn create_edit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let input = CreateEdit {
        caller: Caller::Guest(caller),
        photo_id: path_id(request, "photo", Problem::PhotoNotFound)?,
        idempotency_key: idempotency_key(request)?,
        request: json_body::<EditInput>(request)?.into_request()?,
    };
    let made = workflow::create_edit(cloud, &input).await?;
    invocation::about(made.edit.id);
    let location = format!("/api/v1/events/{}/ai-edits/{}", caller.token, made.edit.id);
    Ok(accepted(EditBody::new(&made), location).retry_after_ms(retry_after_ms(&made)))
}

impl EditInput {
    /// The request.
    ///
    /// # Errors
    /// It names neither a style nor a prompt.
    pub(crate) fn into_request(self) -> Result<EditRequest, Problem> {
        // A prompt of blanks counts as none. Hidden characters, which may come along with a pasted text, are left out.
        let words = |text: Option<String>| {
            let text = cleaned(&text?);
            (!text.trim().is_empty()).then_some(text)
        };
        let (prompt, negative_prompt) = (words(self.prompt), words(self.negative_prompt));
        if self.style_key.is_none() && prompt.is_none() {
            return Err(Problem::field(
                "/style_key",
                "Send a style_key, a prompt, or both.",
            ));
        }
        Ok(EditRequest {
            style_key: self.style_key,
            prompt,
            negative_prompt,
        })
    }
}
