//! SQS submit queue: sends an edit's next attempt to the provider.

mod handler;

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use cloud::{Cloud, invocation};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use workflow::Studio;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    Cloud::init_logs();
    let cloud = Cloud::from_env().await?;
    let studio = Arc::new(Studio::new()?);
    let handler = |event: LambdaEvent<SqsEvent>| {
        invocation::observe(handler::handle(cloud.clone(), Arc::clone(&studio), event.payload))
    };
    lambda_runtime::run(service_fn(handler)).await
}
