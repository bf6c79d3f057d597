//! Counts the AWS calls that an invocation really makes, retries included: they are what an edit costs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

tokio::task_local! {
    static CALLS: Calls;
}

/// The calls made so far, such as `dynamodb.GetItem`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<BTreeMap<String, u32>>>);

impl Calls {
    /// Counts what `work` calls.
    pub(crate) async fn during<F: Future>(&self, work: F) -> F::Output {
        CALLS.scope(self.clone(), work).await
    }

    /// What was called how often.
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

/// Presigning runs through the same hooks as a call, but calls nobody.
pub(crate) async fn uncounted<F: Future>(work: F) -> F::Output {
    Calls::default().during(work).await
}

/// Hooks into the SDK clients.
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
            let call = format!("{}.{}", metadata.service().to_lowercase(), metadata.name());
            // Outside an invocation (the command line) nobody counts.
            CALLS.try_with(|calls| calls.count(call)).unwrap_or_default();
        }
        Ok(())
    }
}
