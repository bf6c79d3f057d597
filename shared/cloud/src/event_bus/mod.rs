//! The event bus: signals for whoever has subscribed to them.

pub(crate) mod eventbridge;
#[cfg(feature = "testing")]
pub(crate) mod memory;

use domain::notice::{Notice, SOURCE};

use crate::backend::on_backend;
use crate::{Cloud, PortError};

/// The event bus, in EventBridge or in memory.
#[derive(Clone)]
pub(crate) enum EventBus {
    EventBridge(eventbridge::EventBridge),
    #[cfg(feature = "testing")]
    Memory(memory::MemoryEvents),
}

impl EventBus {
    async fn put(&self, source: &str, detail_type: &str, detail: String) -> Result<(), PortError> {
        on_backend!(self, EventBridge, bus => bus.put(source, detail_type, detail))
    }
}

impl Cloud {
    /// Publishes a signal. A failure is logged and nothing else: a signal never fails the request that caused it, and is
    /// in the log anyway.
    pub async fn announce(&self, notice: &Notice) {
        // Names and numbers always serialise.
        let detail = serde_json::to_string(notice).unwrap_or_default();
        if let Err(error) = self.event_bus.put(SOURCE, notice.signal(), detail).await {
            tracing::warn!(signal = notice.signal(), %error, "event not published");
        }
    }
}
