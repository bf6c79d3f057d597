//! Why a worker could not do its part. The record goes back to its queue and is tried again; after some tries it
//! waits in the dead-letter queue for an operator.

use cloud::{MoveError, ObjectError, PortError};
use thiserror::Error;

/// Why a record is not done.
#[derive(Debug, Error)]
pub enum WorkError {
    /// The outside world did not do its part.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Something that cannot happen, such as a TLS library that refuses its own defaults.
    #[error("{0}")]
    Broken(String),
}

impl WorkError {
    /// What is left of a failed move: somebody else being faster is not an error.
    pub(crate) fn unless_superseded(result: Result<(), MoveError>) -> Result<(), Self> {
        match result {
            // Only a step that reserves more can be over the budget, and whoever takes one looks for that itself.
            Ok(()) | Err(MoveError::Superseded | MoveError::OverBudget) => Ok(()),
            Err(MoveError::Port(error)) => Err(error.into()),
        }
    }
}

impl From<ObjectError> for WorkError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Port(error) => error.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}
