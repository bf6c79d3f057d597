//! What happened at an event by the hour. It moves with the event's counters, so that both add up.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::figures::{Counter, FiguresChange};

/// How many hours are shown: this one, and those before it.
pub const ACTIVITY_HOURS: usize = 48;
/// How long an hour is kept. A day longer than it is shown, because a late clock may still look for it.
pub const ACTIVITY_RETENTION: SignedDuration = SignedDuration::from_hours(72);

/// The counters of an event that are also kept by the hour.
pub const BY_HOUR: [Counter; 7] = [
    Counter::Total,
    Counter::Succeeded,
    Counter::Failed,
    Counter::Blocked,
    Counter::SpentMicroUsd,
    Counter::LatencySumMs,
    Counter::LatencySamples,
];

/// What happened within an hour. An edit is created in one hour, and may end in another.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Activity {
    pub total: i64,
    pub succeeded: i64,
    pub failed: i64,
    pub blocked: i64,
    pub spent_micro_usd: i64,
    pub latency_sum_ms: i64,
    pub latency_samples: i64,
}

impl Activity {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            succeeded: self.succeeded + other.succeeded,
            failed: self.failed + other.failed,
            blocked: self.blocked + other.blocked,
            spent_micro_usd: self.spent_micro_usd + other.spent_micro_usd,
            latency_sum_ms: self.latency_sum_ms + other.latency_sum_ms,
            latency_samples: self.latency_samples + other.latency_samples,
        }
    }

    /// Mean provider latency of the edits that succeeded; `None` without samples.
    pub fn mean_latency_ms(&self) -> Option<u64> {
        u64::try_from(self.latency_sum_ms.checked_div(self.latency_samples)?).ok()
    }
}

/// The part of a change that an hour counts.
pub fn of_hour(change: &FiguresChange) -> impl Iterator<Item = (Counter, i64)> + '_ {
    let counted = BY_HOUR.into_iter();
    counted
        .map(|counter| (counter, change.of(counter)))
        .filter(|(_, amount)| *amount != 0)
}

/// The beginnings of the hours that are shown, oldest first.
pub fn hours_until(now: Timestamp) -> Vec<Timestamp> {
    let this_hour = now.as_second() - now.as_second().rem_euclid(3_600);
    let count = i64::try_from(ACTIVITY_HOURS).unwrap_or_default();
    (0..count)
        .rev()
        .filter_map(|back| Timestamp::from_second(this_hour - 3_600 * back).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_end_with_the_one_under_way() {
        let hours = hours_until("2026-11-27T00:10:00Z".parse().unwrap());
        assert_eq!(hours.len(), ACTIVITY_HOURS);
        assert_eq!(hours[0].to_string(), "2026-11-25T01:00:00Z");
        assert_eq!(hours[47].to_string(), "2026-11-27T00:00:00Z");
    }

    #[test]
    fn an_hour_counts_what_was_made_and_what_ended_and_not_what_waits() {
        let mut change = FiguresChange::default();
        change.add(Counter::Queued, -1);
        change.add(Counter::Succeeded, 1);
        change.add(Counter::ReservedMicroUsd, -5);
        change.add(Counter::SpentMicroUsd, 4);
        let counted: Vec<_> = of_hour(&change).collect();
        assert_eq!(counted, [(Counter::Succeeded, 1), (Counter::SpentMicroUsd, 4)]);
    }
}
