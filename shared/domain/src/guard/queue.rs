//! Layer 7: the queue and the provider. It does not refuse; it says when an admitted edit goes to a worker.

use crate::settings::Settings;

/// The way of an admitted edit to the workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispatch {
    /// It is sent to the queue at once.
    Now,
    /// It is stored as `queued` until the operator dispatches it.
    Held,
}

/// Whether admitted edits are sent at once.
pub fn dispatch(settings: &Settings) -> Dispatch {
    if settings.queue_auto_dispatch {
        Dispatch::Now
    } else {
        Dispatch::Held
    }
}
