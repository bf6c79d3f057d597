//! Functions that take batches of messages from a queue: records in, the ids of the failed records out.

use std::convert::Infallible;
use std::fmt::Display;

use aws_lambda_events::sqs::BatchItemFailure;
pub use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use cloud::{Cloud, invocation};
use domain::EditId;
use domain::message::{PollMessage, SubmitMessage};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::DeserializeOwned;

use crate::{batch, retry};

/// A queue message about one edit.
pub trait EditMessage: DeserializeOwned {
    fn edit_id(&self) -> EditId;
}

impl EditMessage for SubmitMessage {
    fn edit_id(&self) -> EditId {
        let Self::V1 { edit_id, .. } = self;
        *edit_id
    }
}

impl EditMessage for PollMessage {
    fn edit_id(&self) -> EditId {
        let Self::V1 { edit_id, .. } = self;
        *edit_id
    }
}

/// Answers batches until the execution environment ends, and logs one invocation line for each.
///
/// # Errors
/// The runtime API cannot be reached.
pub async fn serve<H, F>(handle: H) -> Result<(), Error>
where
    H: Fn(SqsEvent) -> F,
    F: Future<Output = SqsBatchResponse>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        invocation::observe(async move { Ok::<_, Infallible>(handle(event.payload).await) })
    }))
    .await
}

/// Hands each message of a batch to `work`. A record that failed is delivered again soon.
pub async fn deliver<M, E, W, F>(cloud: &Cloud, event: SqsEvent, work: W) -> SqsBatchResponse
where
    M: EditMessage,
    E: Display,
    W: Fn(M) -> F,
    F: Future<Output = Result<(), E>>,
{
    let failed = batch::run(event.records, |message: M| {
        invocation::about(message.edit_id());
        work(message)
    })
    .await;
    retry::schedule(cloud, &failed).await;
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed.into_iter().map(failure).collect();
    response
}

fn failure(record: SqsMessage) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = record.message_id.unwrap_or_default();
    failure
}
