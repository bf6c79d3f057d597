//! Parameters, read by their exact names, so that IAM can name them.

#[cfg(feature = "testing")]
pub(crate) mod memory;
pub(crate) mod ssm;

use std::collections::HashMap;

use thiserror::Error;

use crate::PortError;
use crate::backend::on_backend;
use crate::calls::Call;

/// Names in one `GetParameters`; SSM's limit.
pub(crate) const MAX_BATCH: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// Encrypted.
    Secret,
}

/// Why a parameter was not changed.
#[derive(Debug, Error)]
pub(crate) enum WriteError {
    /// SSM takes a few changes a second, everybody's together.
    #[error("throttled")]
    Throttled,
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<WriteError> for PortError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Throttled => Call::PutParameter.failed(),
            WriteError::Port(error) => error,
        }
    }
}

/// The parameters, in SSM or in memory.
#[derive(Clone)]
pub(crate) enum Parameters {
    Ssm(ssm::Ssm),
    #[cfg(feature = "testing")]
    Memory(memory::MemoryParameters),
}

impl Parameters {
    /// Name → value of at most [`MAX_BATCH`] parameters; missing ones are left out. Secrets are not decrypted.
    pub(crate) async fn get(&self, names: Vec<String>) -> Result<HashMap<String, String>, PortError> {
        on_backend!(self, Ssm, parameters => parameters.get(names))
    }

    /// A parameter, decrypted.
    pub(crate) async fn get_secret(&self, name: &str) -> Result<Option<String>, PortError> {
        on_backend!(self, Ssm, parameters => parameters.get_secret(name))
    }

    /// Writes a parameter, over the one before. SSM refuses an empty value.
    pub(crate) async fn put(&self, name: &str, value: &str, kind: Kind) -> Result<(), WriteError> {
        on_backend!(self, Ssm, parameters => parameters.put(name, value, kind))
    }

    /// Deletes a parameter; a missing one counts as deleted.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), WriteError> {
        on_backend!(self, Ssm, parameters => parameters.delete(name))
    }
}
