use std::convert::Infallible;
use std::sync::Arc;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use cloud::{Cloud, invocation};
use domain::message::PollMessage;
use workflow::Studio;
use workflow::batch::{self, AboutEdit, Record};

pub(crate) async fn handle(
    cloud: Cloud,
    studio: Arc<Studio>,
    event: SqsEvent,
) -> Result<SqsBatchResponse, Infallible> {
    let records = event.records.into_iter().map(|record| Record {
        message_id: record.message_id.unwrap_or_default(),
        body: record.body.unwrap_or_default(),
    });
    let (cloud, studio) = (&cloud, &studio);
    let failed = batch::run(records.collect(), |message: PollMessage| async move {
        invocation::about(message.edit_id());
        workflow::poll_edit(cloud, studio, &message).await
    })
    .await;
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed.into_iter().map(failure).collect();
    Ok(response)
}

fn failure(message_id: String) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = message_id;
    failure
}
