//! Requests with an idempotency key that was used before.

use cloud::{Cloud, FactsQuery};
use data_encoding::HEXLOWER;
use domain::admission::IdempotencyRecord;
use domain::wait::Wait;
use domain::{EventId, FailureCode, PhotoId, Problem, Settings, Status};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::answer::{EditAnswer, output_links};
use super::{CreateEdit, send};

/// Answers a repeated request with the edit of the first one, as it stands now.
pub(super) async fn answer(
    cloud: &Cloud,
    event: &EventId,
    before: &IdempotencyRecord,
    request_hash: &str,
    settings: &Settings,
) -> Result<EditAnswer, Problem> {
    if before.request_hash != request_hash {
        return Err(Problem::IdempotencyKeyReused);
    }
    let found = cloud.edit_in_queue(event, before.edit_id).await?;
    let found = found.filter(|(edit, _)| edit.deleted_at.is_none());
    let (edit, shard) = found.ok_or(Problem::EditNotFound)?;
    if edit
        .failure
        .as_ref()
        .is_some_and(|failure| failure.code == FailureCode::PromptBlocked)
    {
        return Err(Problem::PromptBlocked(edit.id));
    }
    // The first request may have ended between its transaction and its message. A message too many finds nothing to do.
    if edit.status == Status::Queued && edit.attempt == 0 {
        send(cloud, &edit, settings).await;
    }
    Ok(EditAnswer {
        wait: Wait::of(&edit, &shard, cloud.now()),
        output: output_links(cloud, &edit).await?,
        edit,
    })
}

/// Answers a request that lost the race against another one with the same key.
pub(super) async fn answer_rival(
    cloud: &Cloud,
    query: &FactsQuery<'_>,
    request_hash: &str,
    settings: &Settings,
) -> Result<EditAnswer, Problem> {
    let found = cloud.admission_facts(query).await?;
    match found.idempotency {
        Some(before) => answer(cloud, query.event_id, &before, request_hash, settings).await,
        None => Err(Problem::IdempotencyInProgress),
    }
}

#[derive(Serialize)]
struct Fingerprint<'a> {
    photo_id: PhotoId,
    style_key: Option<&'a str>,
    prompt: Option<&'a str>,
    negative_prompt: Option<&'a str>,
}

/// Two requests with the same hash are the same request.
pub(super) fn request_hash(input: &CreateEdit<'_>) -> String {
    let request = &input.request;
    let fingerprint = Fingerprint {
        photo_id: input.photo_id,
        style_key: request.style_key.as_ref().map(domain::StyleKey::as_str),
        prompt: request.prompt.as_deref(),
        negative_prompt: request.negative_prompt.as_deref(),
    };
    // A struct of texts always serializes.
    HEXLOWER.encode(&Sha256::digest(
        serde_json::to_vec(&fingerprint).unwrap_or_default(),
    ))
}
