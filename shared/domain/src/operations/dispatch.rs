//! Sending what `queue_auto_dispatch=false` held back.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::edit::{Edit, Status};

/// Payload of `dispatch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dispatch {
    /// The most edits, oldest first.
    pub limit: NonZeroU32,
}

impl Default for Dispatch {
    fn default() -> Self {
        Self {
            limit: NonZeroU32::new(500).unwrap_or(NonZeroU32::MIN),
        }
    }
}

impl Dispatch {
    /// Whether an edit may have been held back. One whose message is in the queue already looks the same: a second
    /// message finds nothing to do.
    pub fn takes(edit: &Edit) -> bool {
        edit.status == Status::Queued && edit.attempt == 0
    }
}

/// Answer of `dispatch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dispatched {
    /// Edits found that wait for their first attempt.
    pub matched: u32,
    /// Edits that the queue took.
    pub sent: u32,
    /// There may be more: it stopped at its limit, or before its time was up.
    #[serde(default)]
    pub more: bool,
}
