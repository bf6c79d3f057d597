//! What functions behind no API share. Queue workers: records in, the ids of the failed ones out. Functions that are
//! invoked: a payload in, an answer out.

mod again;
mod batch;
mod invoked;

use std::convert::Infallible;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use cloud::{Cloud, invocation};
use domain::EditId;
use domain::message::{PollMessage, SubmitMessage};
pub use invoked::serve_invoked;
pub use lambda_runtime::Error;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use workflow::WorkError;

/// A message that is about an edit.
pub trait AboutEdit: DeserializeOwned {
    /// Which edit.
    fn edit_id(&self) -> EditId;
}

impl AboutEdit for SubmitMessage {
    fn edit_id(&self) -> EditId {
        let Self::V1 { edit_id, .. } = self;
        *edit_id
    }
}

impl AboutEdit for PollMessage {
    fn edit_id(&self) -> EditId {
        let Self::V1 { edit_id, .. } = self;
        *edit_id
    }
}

/// Works on batches of messages until the execution environment ends. A record that failed is delivered again soon.
///
/// # Errors
/// The runtime API cannot be reached.
pub async fn serve<M, W, F>(cloud: &Cloud, work: W) -> Result<(), Error>
where
    M: AboutEdit,
    W: Fn(M) -> F,
    F: Future<Output = Result<(), WorkError>>,
{
    let work = &work;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        invocation::observe(async move { Ok::<_, Infallible>(answer(cloud, event.payload, work).await) })
    }))
    .await
}

async fn answer<M, W, F>(cloud: &Cloud, event: SqsEvent, work: &W) -> SqsBatchResponse
where
    M: AboutEdit,
    W: Fn(M) -> F,
    F: Future<Output = Result<(), WorkError>>,
{
    let failed = batch::run(event.records, |message: M| {
        invocation::about(message.edit_id());
        work(message)
    })
    .await;
    again::soon(cloud, &failed).await;
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed.into_iter().map(failure).collect();
    response
}

fn failure(record: SqsMessage) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = record.message_id.unwrap_or_default();
    failure
}
