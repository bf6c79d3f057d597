//! Why work on an edit stopped. The variant says whose failure it is, and so what follows.

use std::fmt::Display;

use cloud::{MoveError, PortError};
use domain::FailureCode;
use thiserror::Error;

/// Why a worker could not do its part.
#[derive(Debug, Error)]
pub enum WorkError {
    /// The guest's photo cannot be edited. The edit ends with this code.
    #[error("{detail}")]
    Guest { code: FailureCode, detail: String },
    /// A provider or its picture is out of reach for the moment. The edit stays where it is; a later poll tries again.
    #[error("{0}")]
    Transient(String),
    /// The provider's picture broke off while it was read. A few later polls try again: after those it is the file that
    /// ends there, not the connection.
    #[error("{0}")]
    BrokenOff(String),
    /// No later try at this provider can help. The edit ends with this code, unless another provider takes it.
    #[error("{detail}")]
    Permanent { code: FailureCode, detail: String },
    /// AWS failed. The record returns to its queue; after five deliveries it waits in the dead-letter queue.
    #[error(transparent)]
    Store(#[from] PortError),
    /// A bug, or a TLS library that refuses its own defaults. The record returns to its queue.
    #[error("{0}")]
    Internal(String),
}

impl WorkError {
    /// A provider that cannot be used as it is configured. An attempt that is under way there waits for the operator.
    pub(crate) fn unusable_provider(detail: String) -> Self {
        let code = FailureCode::ProviderAuth;
        Self::Permanent { code, detail }
    }

    /// A photo that cannot be edited, with the kind of its flaw, by which logs can be searched.
    pub(crate) fn bad_photo(kind: &str, detail: impl Display) -> Self {
        let (code, detail) = (FailureCode::PhotoInvalid, format!("{kind}: {detail}"));
        Self::Guest { code, detail }
    }

    pub(crate) fn bad_output(detail: String) -> Self {
        let code = FailureCode::OutputInvalid;
        Self::Permanent { code, detail }
    }

    /// How the edit ends because of this error.
    ///
    /// # Errors
    /// The error itself where it does not end the edit.
    pub(crate) fn into_ending(self) -> Result<(FailureCode, String), Self> {
        match self {
            Self::Guest { code, detail } | Self::Permanent { code, detail } => Ok((code, detail)),
            Self::Transient(_) | Self::BrokenOff(_) | Self::Store(_) | Self::Internal(_) => Err(self),
        }
    }

    /// What is left of a failed move. Losing a race is no error: the other worker has done the same.
    pub(crate) fn unless_superseded(result: Result<(), MoveError>) -> Result<(), Self> {
        match result {
            // Only a step that reserves more can be over budget, and its caller handles that case first.
            Ok(()) | Err(MoveError::Superseded | MoveError::OverBudget) => Ok(()),
            Err(MoveError::Port(error)) => Err(error.into()),
        }
    }
}
