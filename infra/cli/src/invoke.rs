//! Invokes the stack's own functions. An operation runs with the function's permissions, and the operator needs the
//! permission to invoke it alone.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::error::ProvideErrorMetadata;
use aws_sdk_lambda::operation::invoke::InvokeError as SdkInvokeError;
use aws_sdk_lambda::primitives::Blob;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::target::Target;

/// A little more than the longest run of a function.
const TIMEOUT: Duration = Duration::from_secs(15 * 60 + 10);

#[derive(Debug, Error)]
pub(crate) enum InvokeError {
    #[error("the stack has no function {0}: deploy this version of the product first")]
    Missing(String),
    #[error("{0} could not be invoked: {1}")]
    NotInvoked(String, String),
    #[error("{0} failed: {1}")]
    Failed(&'static str, String),
    #[error("the answer of {0} cannot be read: do the stack and this program have the same version?")]
    Unreadable(&'static str),
}

/// The payload of a failed function.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionError {
    error_message: String,
}

/// Runs the function of this name once and returns its answer. A failed call is never repeated.
pub(crate) async fn invoke<A: DeserializeOwned>(
    target: &Target,
    function: &'static str,
    payload: &impl Serialize,
) -> Result<A, InvokeError> {
    let name = format!("magic-edits-{}-{function}", target.stage);
    let not_invoked = |why: String| InvokeError::NotInvoked(name.clone(), why);
    let payload = serde_json::to_vec(payload).map_err(|error| not_invoked(error.to_string()))?;
    let answer = client(target)
        .invoke()
        .function_name(&name)
        .payload(Blob::new(payload))
        .send()
        .await
        .map_err(|error| {
            let is_missing = error
                .as_service_error()
                .is_some_and(SdkInvokeError::is_resource_not_found_exception);
            if is_missing {
                InvokeError::Missing(name.clone())
            } else {
                not_invoked(error.message().map_or_else(|| error.to_string(), str::to_owned))
            }
        })?;
    let body = answer.payload().map(Blob::as_ref).unwrap_or_default();
    if answer.function_error().is_some() {
        let why = serde_json::from_slice(body).map_or_else(
            |_| "it was stopped; see its log".to_owned(),
            |error: FunctionError| error.error_message,
        );
        return Err(InvokeError::Failed(function, why));
    }
    serde_json::from_slice(body).map_err(|_| InvokeError::Unreadable(function))
}

fn client(target: &Target) -> aws_sdk_lambda::Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(TIMEOUT)
        .build();
    let config = aws_sdk_lambda::config::Builder::from(&target.sdk)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled())
        // A function sends nothing while it works.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    aws_sdk_lambda::Client::from_conf(config)
}
