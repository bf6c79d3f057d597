//! Every AWS call by name, and how often an invocation makes it, retries included: the calls are what an edit costs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// An operation of an AWS service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    GetItem,
    BatchGetItem,
    Query,
    PutItem,
    UpdateItem,
    DeleteItem,
    BatchWriteItem,
    TransactWriteItems,
    GetObject,
    HeadObject,
    PutObject,
    DeleteObjects,
    SendMessage,
    SendMessageBatch,
    ChangeMessageVisibility,
    GetParameter,
    GetParameters,
    PutParameter,
    DeleteParameter,
    PutEvents,
}

impl Call {
    /// Service and operation, such as `dynamodb.GetItem`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GetItem => "dynamodb.GetItem",
            Self::BatchGetItem => "dynamodb.BatchGetItem",
            Self::Query => "dynamodb.Query",
            Self::PutItem => "dynamodb.PutItem",
            Self::UpdateItem => "dynamodb.UpdateItem",
            Self::DeleteItem => "dynamodb.DeleteItem",
            Self::BatchWriteItem => "dynamodb.BatchWriteItem",
            Self::TransactWriteItems => "dynamodb.TransactWriteItems",
            Self::GetObject => "s3.GetObject",
            Self::HeadObject => "s3.HeadObject",
            Self::PutObject => "s3.PutObject",
            Self::DeleteObjects => "s3.DeleteObjects",
            Self::SendMessage => "sqs.SendMessage",
            Self::SendMessageBatch => "sqs.SendMessageBatch",
            Self::ChangeMessageVisibility => "sqs.ChangeMessageVisibility",
            Self::GetParameter => "ssm.GetParameter",
            Self::GetParameters => "ssm.GetParameters",
            Self::PutParameter => "ssm.PutParameter",
            Self::DeleteParameter => "ssm.DeleteParameter",
            Self::PutEvents => "eventbridge.PutEvents",
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

tokio::task_local! {
    static CALLS: Calls;
}

/// The calls made so far, by [`Call::name`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<BTreeMap<String, u32>>>);

impl Calls {
    /// Counts the calls that `work` makes.
    pub(crate) async fn during<F: Future>(&self, work: F) -> F::Output {
        CALLS.scope(self.clone(), work).await
    }

    /// Call → how often it was made.
    pub(crate) fn counted(&self) -> BTreeMap<String, u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, call: String) {
        *self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(call)
            .or_default() += 1;
    }
}

/// Counts a call for the running invocation. The command line has none.
fn count(call: String) {
    CALLS.try_with(|calls| calls.count(call)).unwrap_or_default();
}

/// Counts a call that the twin in memory answers.
#[cfg(feature = "testing")]
pub(crate) fn count_in_memory(call: Call) {
    count(call.name().to_owned());
}

/// Presigning runs through the same interceptor as a call, but sends nothing.
pub(crate) async fn uncounted<F: Future>(work: F) -> F::Output {
    Calls::default().during(work).await
}

/// The interceptor that counts what the SDK clients send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallCounter;

#[dyn_dispatch_hint]
impl Intercept for CallCounter {
    fn name(&self) -> &'static str {
        "CallCounter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            count(format!(
                "{}.{}",
                metadata.service().to_lowercase(),
                metadata.name()
            ));
        }
        Ok(())
    }
}
