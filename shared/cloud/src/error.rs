//! SDK errors become port errors. What goes on is the call and the error's code, never what was in the request.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use domain::ports::PortError;

/// The port error for a failed call.
pub(crate) fn unavailable<E, R>(call: &'static str) -> impl FnOnce(SdkError<E, R>) -> PortError
where
    E: ProvideErrorMetadata,
{
    move |error| {
        let kind = match &error {
            SdkError::ConstructionFailure(_) => "construction failure",
            SdkError::TimeoutError(_) => "timeout",
            SdkError::DispatchFailure(_) => "dispatch failure",
            SdkError::ResponseError(_) => "unreadable response",
            _ => error.code().unwrap_or("service error"),
        };
        tracing::warn!(call, error = kind, "AWS call failed");
        PortError::Unavailable(call.to_owned())
    }
}

/// The port error for something stored that cannot be read.
pub(crate) fn unreadable(what: &'static str) -> impl FnOnce(serde_dynamo::Error) -> PortError {
    move |error| {
        tracing::error!(what, %error, "stored item cannot be read");
        PortError::Unreadable(what.to_owned())
    }
}
