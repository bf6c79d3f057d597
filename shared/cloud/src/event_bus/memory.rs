//! The twin of the event bus.

use std::sync::{Arc, Mutex};

use crate::PortError;
use crate::calls::Call;
use crate::testing::{World, lock};

/// An event that was published.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    pub source: String,
    pub detail_type: String,
    pub detail: serde_json::Value,
}

/// The events of a world in memory.
#[derive(Clone)]
pub struct MemoryEvents {
    world: Arc<World>,
    published: Arc<Mutex<Vec<Published>>>,
}

impl MemoryEvents {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self {
            world,
            published: Arc::default(),
        }
    }

    /// The events published so far, in order.
    pub fn published(&self) -> Vec<Published> {
        lock(&self.published).clone()
    }

    /// The events published since the last time.
    pub fn take(&self) -> Vec<Published> {
        std::mem::take(&mut *lock(&self.published))
    }

    pub(super) async fn put(&self, source: &str, detail_type: &str, detail: String) -> Result<(), PortError> {
        let publish = || {
            let detail = serde_json::from_str(&detail)
                .map_err(|_| self.world.invalid(Call::PutEvents, "the detail is not JSON"))?;
            lock(&self.published).push(Published {
                source: source.to_owned(),
                detail_type: detail_type.to_owned(),
                detail,
            });
            Ok(())
        };
        self.world
            .perform(Call::PutEvents, detail_type.to_owned(), publish)
            .await
    }
}
