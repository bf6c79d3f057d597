//! The limits of work on many edits: how much at once, and until when.

use std::num::NonZeroU32;

use cloud::Cloud;
use jiff::{SignedDuration, Timestamp};

/// Keys to look through in one run; a hundred keys take some kilobytes.
pub(crate) const MAX_KEYS: usize = 10_000;
/// Edits to read at once.
pub(crate) const BATCH: usize = 100;
/// The longest that a provider's answer and its picture take.
pub(crate) const MAX_PROVIDER_TIME: SignedDuration = SignedDuration::from_secs(120);

/// Whether something that takes at most this long may begin before Lambda stops the function.
pub(crate) fn has_time(cloud: &Cloud, longest: SignedDuration, stops_at: Timestamp) -> bool {
    stops_at.duration_since(cloud.now()) >= longest
}

/// The limit of a payload.
pub(crate) fn at_most(limit: NonZeroU32) -> usize {
    usize::try_from(limit.get()).unwrap_or(usize::MAX)
}
