//! Edits, as guests and organisers see them, and how one is read.

use cloud::{Cloud, invocation};
use domain::edit::{Attempt, FailureCode, Shown};
use domain::wait::Wait;
use domain::{Edit, EditId, EventId, MicroUsd, PhotoId, Problem, ProviderName, Status, StyleKey};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use workflow::{EditAnswer, Entry, output_links};

/// An edit as its guest sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditBody<'a> {
    #[schema(value_type = String)]
    id: EditId,
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
    /// The same for some minutes, so a browser that asks again loads nothing twice.
    url: &'a str,
    thumbnail_url: &'a str,
    /// Until then both addresses work: ask again for new ones, and store none.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    mime_type: &'a str,
    width: u32,
    height: u32,
    bytes: u64,
    sha256: &'a str,
}

#[derive(Debug, Serialize, ToSchema)]
struct FailureBody {
    #[schema(value_type = FailureCode)]
    code: &'static str,
    message: &'static str,
    retryable: bool,
}

impl<'a> EditBody<'a> {
    pub(crate) fn new(answer: &'a EditAnswer) -> Self {
        let EditAnswer { edit, wait, output } = answer;
        Self {
            id: edit.id,
            status: edit.status,
            photo_id: edit.photo_id,
            style_key: edit.style_key.as_ref(),
            created_at: edit.created_at,
            updated_at: edit.updated_at,
            completed_at: edit.completed_at,
            wait: wait.as_ref(),
            output: output.as_ref().map(|links| OutputBody {
                url: &links.url,
                thumbnail_url: &links.thumbnail_url,
                expires_at: links.expires_at,
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
pub(crate) struct WaitBody {
    /// Place in the queue, as far as it is known without counting; 0 once a worker has it.
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
pub(crate) struct TenantEditBody<'a> {
    #[serde(flatten)]
    edit: EditBody<'a>,
    /// Where it stands in the event's gallery.
    gallery: Shown,
    prompt: Option<&'a str>,
    negative_prompt: Option<&'a str>,
    provider: ProviderName,
    model: &'a str,
    style_version: Option<u32>,
    /// A number of up to 64 bits, as a text: more than a number in JavaScript can hold.
    seed: Option<String>,
    attempts: Vec<AttemptBody<'a>>,
    polls: u32,
    provider_latency_ms: Option<u64>,
    #[schema(value_type = Option<i64>)]
    cost_micro_usd: Option<MicroUsd>,
    storage_path: Option<&'a str>,
    provider_url: Option<&'a str>,
}

/// How an attempt ended: with a picture, or with a failure code.
#[derive(ToSchema)]
#[allow(dead_code)] // only its schema is used
#[schema(rename_all = "snake_case")]
enum AttemptOutcome {
    Succeeded,
    ProviderTimeout,
    ProviderError,
    ProviderRejected,
    ProviderAuth,
    ProviderQuota,
    Moderated,
    PromptBlocked,
    PhotoInvalid,
    OutputInvalid,
    OutputUnavailable,
    BudgetHardCapReached,
    RecoveredAsFailed,
}

/// One try at a provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptBody<'a> {
    number: u32,
    provider: ProviderName,
    model: &'a str,
    task_id: String,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// Null while it is under way; in attempts of long ago it may be another code.
    #[schema(value_type = Option<AttemptOutcome>)]
    outcome: Option<&'a str>,
    detail: Option<&'a str>,
    #[schema(value_type = Option<i64>)]
    cost_micro_usd: Option<MicroUsd>,
}

impl<'a> TenantEditBody<'a> {
    pub(crate) fn new(answer: &'a EditAnswer, gallery: Shown) -> Self {
        let edit = &answer.edit;
        Self {
            edit: EditBody::new(answer),
            gallery,
            prompt: edit.prompt.as_deref(),
            negative_prompt: edit.negative_prompt.as_deref(),
            provider: edit.provider,
            model: &edit.model,
            style_version: edit.style_version,
            seed: edit.seed.map(|seed| seed.to_string()),
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

/// Reads an edit of an event.
///
/// # Errors
/// The event has no such edit.
pub(crate) async fn read(cloud: &Cloud, entry: &Entry, id: EditId) -> Result<EditAnswer, Problem> {
    let found = cloud.edit_in_queue(&entry.event_id, id).await?;
    let found = found.filter(|(edit, _)| edit.tenant_id == entry.tenant_id && edit.deleted_at.is_none());
    let (edit, shard) = found.ok_or(Problem::EditNotFound)?;
    let answer = EditAnswer {
        wait: Wait::of(&edit, &shard, cloud.now()),
        output: output_links(cloud, &edit).await?,
        edit,
    };
    invocation::about(id);
    Ok(answer)
}

/// A page of an event's edits as they are answered, without those that somebody has deleted while they are under way.
pub(crate) async fn answers(
    cloud: &Cloud,
    event: &EventId,
    edits: Vec<Edit>,
) -> Result<Vec<EditAnswer>, Problem> {
    let edits = edits.into_iter().filter(|edit| edit.deleted_at.is_none());
    let edits: Vec<Edit> = edits.collect();
    let waiting = edits.iter().filter(|edit| !edit.status.is_terminal());
    let shards = cloud.shards_of(event, waiting.map(|edit| edit.id)).await?;
    let now = cloud.now();
    let answers = edits.into_iter().map(|edit| {
        let wait = shards.get(&edit.id).and_then(|shard| Wait::of(&edit, shard, now));
        async {
            let output = output_links(cloud, &edit).await?;
            Ok(EditAnswer { edit, wait, output })
        }
    });
    try_join_all(answers).await
}

/// Milliseconds after which it is worth asking again; `None` once the edit is terminal.
pub(crate) fn retry_after_ms(answer: &EditAnswer) -> Option<u64> {
    answer.wait.as_ref().map(|wait| wait.retry_after_ms)
}
