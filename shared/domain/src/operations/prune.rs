//! Erasing expired edits, photos and ledger entries.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// Payload of `prune`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prune {
    /// Only count.
    pub pretend: bool,
    /// Instead of the setting `request_retention_days`.
    pub request_days: Option<NonZeroU32>,
    /// Instead of the setting `usage_ledger_retention_days`.
    pub ledger_days: Option<NonZeroU32>,
    /// Longest time to work, in seconds; the answer's `more` says whether anything is left.
    pub max_seconds: Option<NonZeroU32>,
}

/// Answer of `prune`: what it erased, or with `pretend` would erase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pruned {
    /// Edits.
    pub requests: u64,
    /// Of those, edits with a picture of ours.
    pub outputs: u64,
    /// Photos.
    pub photos: u64,
    /// Ledger entries.
    pub ledger_entries: u64,
    /// Size of pictures and photos, without thumbnails; photos as their uploader announced them.
    pub bytes: u64,
    /// Edits past their retention that are still under way; they are left alone.
    pub under_way: u64,
    /// Events and tenants where something failed; the log says what. The next run tries again.
    pub failed: u64,
    /// The time was up before all was done: run it again.
    pub more: bool,
}

impl Pruned {
    /// Adds the counts of another part of the run.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.outputs += other.outputs;
        self.photos += other.photos;
        self.ledger_entries += other.ledger_entries;
        self.bytes += other.bytes;
        self.under_way += other.under_way;
        self.failed += other.failed;
        self.more |= other.more;
    }
}
