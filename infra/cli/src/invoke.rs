//! Invokes the stack's own functions: an operation runs where its permissions are, and the operator needs one only, to
//! invoke it.

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

/// The longest that a function may run, and a little.
const PATIENCE: Duration = Duration::from_secs(15 * 60 + 10);

/// Why there is no answer.
#[derive(Debug, Error)]
pub(crate) enum InvokeError {
    #[error("the stack has no function {0}: deploy this version of the product first")]
    NotThere(String),
    #[error("{0} could not be invoked: {1}")]
    NotInvoked(String, String),
    #[error("{0} failed: {1}")]
    Failed(&'static str, String),
    #[error("the answer of {0} is not understood: is the stack of the same version as this program?")]
    NotUnderstood(&'static str),
}

/// What a function that failed says of itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionError {
    error_message: String,
}

/// The answer of the function in `functions/<folder>` to a payload. One call is one run: it is never repeated.
pub(crate) async fn invoke<A: DeserializeOwned>(
    target: &Target,
    folder: &'static str,
    payload: &impl Serialize,
) -> Result<A, InvokeError> {
    let name = format!("magic-edits-{}-{folder}", target.stage);
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
                InvokeError::NotThere(name.clone())
            } else {
                not_invoked(error.message().map_or_else(|| error.to_string(), str::to_owned))
            }
        })?;
    let body = answer.payload().map(Blob::as_ref).unwrap_or_default();
    if answer.function_error().is_some() {
        let said = serde_json::from_slice(body).map_or_else(
            |_| "it was stopped; its log says more".to_owned(),
            |error: FunctionError| error.error_message,
        );
        return Err(InvokeError::Failed(folder, said));
    }
    serde_json::from_slice(body).map_err(|_| InvokeError::NotUnderstood(folder))
}

fn client(target: &Target) -> aws_sdk_lambda::Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(PATIENCE)
        .build();
    let config = aws_sdk_lambda::config::Builder::from(&target.sdk)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled())
        // Nothing is heard of a function while it works.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    aws_sdk_lambda::Client::from_conf(config)
}
