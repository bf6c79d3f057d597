//! Storing our copy of pictures that have none.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::id::{EditId, EventId};

/// Payload of `backfill-storage`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackfillStorage {
    /// Say what would be stored, and store nothing.
    pub pretend: bool,
    /// The most edits, oldest first.
    pub limit: NonZeroU32,
    /// This edit alone; then also one whose stored copy is lost.
    pub request_id: Option<EditId>,
    /// The event of that edit, where it is known: it spares a search through all events.
    pub event_id: Option<EventId>,
}

impl Default for BackfillStorage {
    fn default() -> Self {
        Self {
            pretend: false,
            limit: NonZeroU32::new(200).unwrap_or(NonZeroU32::MIN),
            request_id: None,
            event_id: None,
        }
    }
}

/// The result for an edit's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Copy {
    /// It is stored; with `pretend`, it would be tried.
    Stored,
    /// There is nothing to store.
    Skipped,
    /// It could not be stored; says why.
    Failed,
}

/// Answer of `backfill-storage`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Backfilled {
    /// Edits looked at.
    pub candidates: u32,
    /// Copies that are there now; with `pretend`, that would be tried.
    pub stored: u32,
    /// Edits that need none.
    pub skipped: u32,
    /// Copies that could not be made.
    pub failed: u32,
    /// There may be more: it stopped at its limit, or before its time was up.
    #[serde(default)]
    pub more: bool,
    /// One each.
    pub items: Vec<BackfilledItem>,
}

impl Backfilled {
    /// Counts an edit.
    pub fn add(&mut self, item: BackfilledItem) {
        self.candidates += 1;
        match item.action {
            Copy::Stored => self.stored += 1,
            Copy::Skipped => self.skipped += 1,
            Copy::Failed => self.failed += 1,
        }
        self.items.push(item);
    }
}

/// The result for one edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackfilledItem {
    pub id: EditId,
    pub action: Copy,
    pub reason: String,
}
