//! What work on many edits shares: how much at once, and until when.

use cloud::Cloud;
use jiff::{SignedDuration, Timestamp};

/// Keys that are looked through in one run: some kilobytes each hundred.
pub(crate) const MOST_KEYS: usize = 10_000;
/// Edits that are read at once.
pub(crate) const BATCH: usize = 100;

/// Whether something that may take so long can still be begun.
pub(crate) fn has_time(cloud: &Cloud, longest: SignedDuration, stops_at: Timestamp) -> bool {
    stops_at.duration_since(cloud.now()) >= longest
}

/// A limit of a payload.
pub(crate) fn most(limit: std::num::NonZeroU32) -> usize {
    usize::try_from(limit.get()).unwrap_or(usize::MAX)
}
