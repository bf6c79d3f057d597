//! What can go wrong. An SDK error keeps its call and its code, and nothing of the request.

use std::error::Error as _;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use thiserror::Error;

use crate::calls::Call;

/// A call to the outside world failed.
#[derive(Debug, Clone, Error)]
pub enum PortError {
    /// Throttled, unreachable or broken for the moment: worth another try. Names the call, and nothing of the request.
    #[error("{0} is unavailable")]
    Unavailable(String),
    /// What is stored cannot be read; another try will not help.
    #[error("{0} holds something unreadable")]
    Unreadable(String),
}

/// Why an admission was not written.
#[derive(Debug, Error)]
pub enum AdmitError {
    /// The idempotency key was used in the meantime.
    #[error("the idempotency key is in use")]
    KeyTaken,
    /// The photo was pruned in the meantime.
    #[error("the photo is gone")]
    PhotoGone,
    /// The reservation would pass the hard cap; with the month as it was found then.
    #[error("the tenant's budget has no room")]
    OverBudget(domain::budget::BudgetMonth),
    /// As many edits under way as the event's policy allows.
    #[error("too many edits are under way")]
    TooManyInFlight,
    /// As many edits in this hour as the guest or the event may have.
    #[error("too many edits in this hour")]
    TooManyThisHour,
    /// Other admissions were in the way until no time was left.
    #[error("too many admissions at the same moment")]
    Contended,
    /// Anything else.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why a move was not written.
#[derive(Debug, Error)]
pub enum MoveError {
    /// The edit is no longer where the move starts: somebody else was faster.
    #[error("the edit has moved in the meantime")]
    Superseded,
    /// What the move reserves on top would pass the hard cap.
    #[error("the tenant's budget has no room")]
    OverBudget,
    /// Anything else.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why an object was not read.
#[derive(Debug, Error)]
pub enum ObjectError {
    #[error("the object does not exist")]
    Missing,
    /// It is larger than the caller takes.
    #[error("the object has {0} bytes, more than allowed")]
    TooLarge(u64),
    /// Anything else.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why something was not saved or removed.
#[derive(Debug, Error)]
pub enum SaveError {
    /// It, or what it points at, is no longer as it was read: read again.
    #[error("it has changed in the meantime")]
    Changed,
    /// Something else depends on it, or has its name.
    #[error("it is in use")]
    InUse,
    /// Anything else.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The port error for a failed call.
pub(crate) fn unavailable<E, R>(call: Call) -> impl FnOnce(SdkError<E, R>) -> PortError
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
        tracing::warn!(%call, error = kind, cause = cause(&error), "AWS call failed");
        call.failed()
    }
}

/// Why no connection was made, such as a refused one or a certificate that nothing vouches for. It says nothing of the
/// request.
fn cause<E, R>(error: &SdkError<E, R>) -> Option<String> {
    let SdkError::DispatchFailure(failure) = error else {
        return None;
    };
    let mut words = Vec::new();
    let mut next = failure.as_connector_error()?.source();
    while let Some(cause) = next {
        words.push(cause.to_string());
        next = cause.source();
    }
    Some(words.join(": "))
}

impl Call {
    /// The port error for a call that failed.
    pub(crate) fn failed(self) -> PortError {
        PortError::Unavailable(self.name().to_owned())
    }
}

/// The port error for something stored that cannot be read.
pub(crate) fn unreadable(what: &'static str) -> impl FnOnce(serde_dynamo::Error) -> PortError {
    move |error| {
        tracing::error!(what, %error, "stored item cannot be read");
        PortError::Unreadable(what.to_owned())
    }
}

impl From<PortError> for domain::Problem {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Unavailable(_) => Self::Unavailable,
            PortError::Unreadable(_) => Self::Internal,
        }
    }
}
