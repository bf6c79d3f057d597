//! The twin of the parameters.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use super::{Kind, MAX_BATCH, WriteError};
use crate::PortError;
use crate::calls::Call;
use crate::testing::{World, lock};

/// Longest value of a parameter of the advanced tier, in bytes.
const MAX_TEXT: usize = 8 * 1024;
/// Longest value of a parameter of the standard tier, in bytes.
const MAX_SECRET: usize = 4 * 1024;

/// The parameters of a world in memory.
#[derive(Clone)]
pub struct MemoryParameters {
    world: Arc<World>,
    parameters: Arc<Mutex<BTreeMap<String, (String, Kind)>>>,
}

impl MemoryParameters {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self {
            world,
            parameters: Arc::default(),
        }
    }

    /// Name → value of every parameter, decrypted.
    pub fn all(&self) -> BTreeMap<String, String> {
        let parameters = lock(&self.parameters).clone();
        let values = parameters.into_iter();
        values.map(|(name, (value, _))| (name, value)).collect()
    }

    /// Writes a parameter of this full name behind the code's back.
    pub fn set(&self, name: impl Into<String>, value: impl Into<String>) {
        lock(&self.parameters).insert(name.into(), (value.into(), Kind::Text));
    }

    /// The same for a secret.
    pub fn set_secret(&self, name: impl Into<String>, value: impl Into<String>) {
        lock(&self.parameters).insert(name.into(), (value.into(), Kind::Secret));
    }

    pub fn remove(&self, name: &str) {
        lock(&self.parameters).remove(name);
    }

    pub(super) async fn get(&self, names: Vec<String>) -> Result<HashMap<String, String>, PortError> {
        let call = Call::GetParameters;
        let about = names.join(" ");
        let read = || {
            if names.is_empty() || names.len() > MAX_BATCH {
                return Err(self.world.invalid(call, "not between 1 and 10 names"));
            }
            let parameters = lock(&self.parameters);
            let found = names.into_iter().filter_map(|name| {
                let value = match parameters.get(&name)? {
                    (value, Kind::Text) => value.clone(),
                    (_, Kind::Secret) => "encrypted".to_owned(),
                };
                Some((name, value))
            });
            Ok(found.collect())
        };
        self.world.perform(call, about, read).await
    }

    pub(super) async fn get_secret(&self, name: &str) -> Result<Option<String>, PortError> {
        let read = || Ok(lock(&self.parameters).get(name).map(|(value, _)| value.clone()));
        self.world
            .perform(Call::GetParameter, name.to_owned(), read)
            .await
    }

    pub(super) async fn put(&self, name: &str, value: &str, kind: Kind) -> Result<(), WriteError> {
        let call = Call::PutParameter;
        let write = || {
            let most = match kind {
                Kind::Text => MAX_TEXT,
                Kind::Secret => MAX_SECRET,
            };
            if value.is_empty() || value.len() > most {
                return Err(self.world.invalid(call, "the value is empty or too long").into());
            }
            lock(&self.parameters).insert(name.to_owned(), (value.to_owned(), kind));
            Ok(())
        };
        let throttled = || Err(WriteError::Throttled);
        self.world
            .perform_or_busy(call, name.to_owned(), throttled, async { write() })
            .await
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), WriteError> {
        let delete = || {
            lock(&self.parameters).remove(name);
            Ok(())
        };
        let throttled = || Err(WriteError::Throttled);
        self.world
            .perform_or_busy(Call::DeleteParameter, name.to_owned(), throttled, async {
                delete()
            })
            .await
    }
}
