//! Edits, as their guests and as their organisers see them.

use domain::edit::{Attempt, OutputLinks};
use domain::guard::EditRequest;
use domain::wait::Wait;
use domain::{Edit, EditId, PhotoId, Status, StyleKey};
use domain::{MicroUsd, Problem, ProviderName};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a caller may write into a prompt; what a model takes is checked against the style.
const MAX_PROMPT: usize = 2_000;

/// An edit that is asked for: at least a style or a prompt.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditInput {
    /// One of the event's styles.
    #[garde(skip)]
    #[schema(value_type = Option<String>)]
    pub style_key: Option<StyleKey>,
    /// In the caller's own words, where the event allows it.
    #[garde(length(chars, min = 1, max = MAX_PROMPT))]
    #[schema(min_length = 1, max_length = 2_000)]
    pub prompt: Option<String>,
    /// What the picture should not show.
    #[garde(length(chars, min = 1, max = MAX_PROMPT))]
    #[schema(min_length = 1, max_length = 2_000)]
    pub negative_prompt: Option<String>,
}

impl EditInput {
    /// The request, once it asks for anything.
    ///
    /// # Errors
    /// Neither a style nor a prompt.
    pub fn into_request(self) -> Result<EditRequest, Problem> {
        // Blanks are nothing.
        let words = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
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

/// An edit that an organiser asks for.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantEditInput {
    /// One of the event's photos.
    #[garde(skip)]
    pub photo_id: String,
    /// One of the event's styles.
    #[garde(skip)]
    #[schema(value_type = Option<String>)]
    pub style_key: Option<StyleKey>,
    /// In the organiser's own words.
    #[garde(length(chars, min = 1, max = MAX_PROMPT))]
    #[schema(min_length = 1, max_length = 2_000)]
    pub prompt: Option<String>,
    /// What the picture should not show.
    #[garde(length(chars, min = 1, max = MAX_PROMPT))]
    #[schema(min_length = 1, max_length = 2_000)]
    pub negative_prompt: Option<String>,
}

impl TenantEditInput {
    /// The photo and the request.
    ///
    /// # Errors
    /// A photo id that is none, or neither a style nor a prompt.
    pub fn into_request(self) -> Result<(PhotoId, EditRequest), Problem> {
        let photo = self.photo_id.parse().map_err(|_| Problem::PhotoNotFound)?;
        let input = EditInput {
            style_key: self.style_key,
            prompt: self.prompt,
            negative_prompt: self.negative_prompt,
        };
        Ok((photo, input.into_request()?))
    }
}

/// An edit as its guest sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditBody<'a> {
    #[schema(value_type = String)]
    id: EditId,
    #[schema(value_type = String)]
    status: Status,
    #[schema(value_type = String)]
    photo_id: PhotoId,
    #[schema(value_type = Option<String>)]
    style_key: Option<&'a StyleKey>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    completed_at: Option<Timestamp>,
    #[schema(value_type = Option<WaitBody>)]
    wait: Option<&'a Wait>,
    output: Option<OutputBody<'a>>,
    failure: Option<FailureBody>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OutputBody<'a> {
    url: &'a str,
    thumbnail_url: &'a str,
    mime_type: &'a str,
    width: u32,
    height: u32,
    bytes: u64,
    sha256: &'a str,
}

#[derive(Debug, Serialize, ToSchema)]
struct FailureBody {
    code: &'static str,
    message: &'static str,
    retryable: bool,
}

impl<'a> EditBody<'a> {
    /// An edit, how long it will take, and the finished picture.
    pub fn new(edit: &'a Edit, wait: Option<&'a Wait>, output: Option<&'a OutputLinks>) -> Self {
        Self {
            id: edit.id,
            status: edit.status,
            photo_id: edit.photo_id,
            style_key: edit.style_key.as_ref(),
            created_at: edit.created_at,
            updated_at: edit.updated_at,
            completed_at: edit.completed_at,
            wait,
            output: output.map(|links| OutputBody {
                url: &links.url,
                thumbnail_url: &links.thumbnail_url,
                mime_type: &links.stored.mime_type,
                width: links.stored.width,
                height: links.stored.height,
                bytes: links.stored.bytes,
                sha256: &links.stored.sha256,
            }),
            failure: edit.failure.as_ref().map(|failure| FailureBody {
                code: failure.code.code(),
                message: failure.code.message(),
                retryable: failure.code.retryable(),
            }),
        }
    }
}

/// How long it will take; documents [`Wait`].
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Wait)]
#[allow(dead_code)] // only its schema is used
pub(super) struct WaitBody {
    /// Place in the queue; 0 once a worker has it.
    position: u64,
    /// Seconds until it is probably finished.
    expected_seconds: u64,
    /// When to ask again.
    retry_after_ms: u64,
    /// By then it has failed if it has not succeeded.
    #[schema(format = DateTime)]
    deadline_at: String,
}

/// An edit as its organiser sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantEditBody<'a> {
    #[serde(flatten)]
    edit: EditBody<'a>,
    prompt: Option<&'a str>,
    negative_prompt: Option<&'a str>,
    #[schema(value_type = String)]
    provider: ProviderName,
    model: &'a str,
    style_version: Option<u32>,
    seed: Option<u64>,
    attempts: Vec<AttemptBody<'a>>,
    polls: u32,
    provider_latency_ms: Option<u64>,
    #[schema(value_type = Option<i64>)]
    cost_micro_usd: Option<MicroUsd>,
    storage_path: Option<&'a str>,
    provider_url: Option<&'a str>,
}

/// One try at a provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttemptBody<'a> {
    number: u32,
    #[schema(value_type = String)]
    provider: ProviderName,
    model: &'a str,
    task_id: String,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    outcome: Option<&'a str>,
    detail: Option<&'a str>,
    #[schema(value_type = Option<i64>)]
    cost_micro_usd: Option<MicroUsd>,
}

impl<'a> TenantEditBody<'a> {
    /// What a guest sees of an edit, and the rest.
    pub fn new(edit: &'a Edit, seen_by_guests: EditBody<'a>) -> Self {
        Self {
            edit: seen_by_guests,
            prompt: edit.prompt.as_deref(),
            negative_prompt: edit.negative_prompt.as_deref(),
            provider: edit.provider,
            model: &edit.model,
            style_version: edit.style_version,
            seed: edit.seed,
            attempts: edit.attempts.iter().map(attempt).collect(),
            polls: edit.polls,
            provider_latency_ms: edit.provider_latency_ms,
            cost_micro_usd: edit.cost_micro_usd,
            storage_path: edit.output.as_ref().map(|output| output.object_key.as_str()),
            provider_url: edit.provider_url.as_deref(),
        }
    }
}

fn attempt(attempt: &Attempt) -> AttemptBody<'_> {
    AttemptBody {
        number: attempt.number,
        provider: attempt.provider,
        model: &attempt.model,
        task_id: attempt.task_id.to_string(),
        started_at: attempt.started_at,
        ended_at: attempt.ended_at,
        outcome: attempt.outcome.as_deref(),
        detail: attempt.detail.as_deref(),
        cost_micro_usd: attempt.cost_micro_usd,
    }
}
