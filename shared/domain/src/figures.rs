//! An event's counters of one month. They move in the transaction that moves the edit, so they are exact.

use std::collections::BTreeMap;
use std::iter::Sum;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::id::StyleKey;

/// A counter of an event's month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Counter {
    /// Edits created.
    Total,
    /// Edits waiting to be sent.
    Queued,
    /// Edits at a provider.
    Processing,
    /// Guests that were refused for the rest of an hour because of too many blocked prompts.
    AbuseEscalations,
    /// Edits that succeeded.
    Succeeded,
    /// Edits that failed.
    Failed,
    /// Edits that were blocked, before or by the provider.
    Blocked,
    /// Failed because of the provider.
    ProviderFailed,
    /// Blocked by a provider's moderation or our prompt safety.
    ModerationHits,
    /// Milliseconds at providers, summed over the samples.
    LatencySumMs,
    /// Provider latencies measured.
    LatencySamples,
    /// Spent, in micro-USD.
    SpentMicroUsd,
    /// Reserved, in micro-USD.
    ReservedMicroUsd,
    /// Latencies within a bucket of [`LATENCY_BOUNDS_MS`].
    LatencyBucket(u8),
}

impl Counter {
    /// What is also counted by style, beside the event's own counters.
    pub const BY_STYLE: [Self; 3] = [Self::Total, Self::Succeeded, Self::SpentMicroUsd];

    /// The attribute that counts the edits of one style, or of none. No key of a style has a `#`.
    pub fn attribute_of_style(self, style: Option<&StyleKey>) -> String {
        format!("{}#{}", self.attribute(), style.map_or("", StyleKey::as_str))
    }

    /// The attribute's name in the table.
    pub fn attribute(self) -> String {
        match self {
            Self::LatencyBucket(index) => format!("latency_bucket_{index:02}"),
            plain => plain.into_str().to_owned(),
        }
    }
}

/// Upper bounds of the latency histogram's buckets; one more bucket takes what is slower. Steps of about 40 %
/// keep an estimated percentile within a fifth of the true one.
pub const LATENCY_BOUNDS_MS: [u32; 20] = [
    250, 350, 500, 700, 1_000, 1_400, 2_000, 2_800, 4_000, 5_600, 8_000, 11_000, 15_000, 21_000, 30_000,
    42_000, 60_000, 85_000, 120_000, 300_000,
];

/// The counters of one style of an event's month.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct StyleFigures {
    pub total: i64,
    pub succeeded: i64,
    pub spent_micro_usd: i64,
}

/// An event's month by style; `None` for edits without one.
pub type FiguresByStyle = BTreeMap<Option<StyleKey>, StyleFigures>;

/// Adds an attribute of a shard to what it counts, if it is one of [`Counter::attribute_of_style`].
pub fn count_by_style(styles: &mut FiguresByStyle, attribute: &str, amount: i64) {
    let Some((counter, style)) = attribute.split_once('#') else {
        return;
    };
    let style = Some(style).filter(|style| !style.is_empty());
    let Ok(style) = style.map(str::parse).transpose() else {
        return;
    };
    let figures = styles.entry(style).or_default();
    for known in Counter::BY_STYLE {
        if known.attribute() == counter {
            match known {
                Counter::Total => figures.total += amount,
                Counter::Succeeded => figures.succeeded += amount,
                _ => figures.spent_micro_usd += amount,
            }
        }
    }
}

/// The change of an event's counters.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FiguresChange(BTreeMap<Counter, i64>);

impl FiguresChange {
    /// Adds to one counter.
    pub fn add(&mut self, counter: Counter, amount: i64) {
        *self.0.entry(counter).or_default() += amount;
    }

    /// Counts one measured provider latency.
    pub fn add_latency(&mut self, millis: u64) {
        let bucket = LATENCY_BOUNDS_MS.partition_point(|bound| u64::from(*bound) < millis);
        self.add(Counter::LatencySumMs, i64::try_from(millis).unwrap_or(i64::MAX));
        self.add(Counter::LatencySamples, 1);
        self.add(Counter::LatencyBucket(u8::try_from(bucket).unwrap_or(u8::MAX)), 1);
    }

    /// What is added to a counter.
    pub fn of(&self, counter: Counter) -> i64 {
        self.0.get(&counter).copied().unwrap_or_default()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The counters that really change, with what is added.
    pub fn iter(&self) -> impl Iterator<Item = (Counter, i64)> + '_ {
        self.0
            .iter()
            .map(|(counter, amount)| (*counter, *amount))
            .filter(|(_, amount)| *amount != 0)
    }
}

/// An event's counters as read.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // each field is the counter of its name
pub struct Figures {
    pub total: i64,
    pub queued: i64,
    pub processing: i64,
    pub abuse_escalations: i64,
    pub succeeded: i64,
    pub failed: i64,
    pub blocked: i64,
    pub provider_failed: i64,
    pub moderation_hits: i64,
    pub latency_sum_ms: i64,
    pub latency_samples: i64,
    pub spent_micro_usd: i64,
    pub reserved_micro_usd: i64,
    /// When a guest was last refused because of too many blocked prompts.
    pub abuse_escalated_at: Option<Timestamp>,
    /// When the signal that too many edits fail was last given.
    pub failure_rate_alerted_at: Option<Timestamp>,
    /// When the signal that an edit took too long was last given.
    pub latency_alerted_at: Option<Timestamp>,
}

/// Parts of an event's month: the counters of an edit move in the shard of its id, so that edits that move at the same
/// moment seldom meet.
pub const FIGURE_SHARDS: u8 = 16;

impl Sum for Figures {
    /// The month as a whole. Only one part has the times of signals.
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            total: sum.total + part.total,
            queued: sum.queued + part.queued,
            processing: sum.processing + part.processing,
            abuse_escalations: sum.abuse_escalations + part.abuse_escalations,
            succeeded: sum.succeeded + part.succeeded,
            failed: sum.failed + part.failed,
            blocked: sum.blocked + part.blocked,
            provider_failed: sum.provider_failed + part.provider_failed,
            moderation_hits: sum.moderation_hits + part.moderation_hits,
            latency_sum_ms: sum.latency_sum_ms + part.latency_sum_ms,
            latency_samples: sum.latency_samples + part.latency_samples,
            spent_micro_usd: sum.spent_micro_usd + part.spent_micro_usd,
            reserved_micro_usd: sum.reserved_micro_usd + part.reserved_micro_usd,
            abuse_escalated_at: sum.abuse_escalated_at.max(part.abuse_escalated_at),
            failure_rate_alerted_at: sum.failure_rate_alerted_at.max(part.failure_rate_alerted_at),
            latency_alerted_at: sum.latency_alerted_at.max(part.latency_alerted_at),
        })
    }
}

impl Figures {
    /// Edits that have left the queue, wherever they went.
    pub const fn left_queue(&self) -> i64 {
        self.total - self.queued
    }

    /// Mean provider latency; `None` without samples.
    pub fn mean_latency_ms(&self) -> Option<u64> {
        u64::try_from(self.latency_sum_ms.checked_div(self.latency_samples)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_falls_into_the_first_bucket_that_holds_it() {
        for (millis, bucket) in [(0, 0), (250, 0), (251, 1), (300_000, 19), (300_001, 20)] {
            let mut change = FiguresChange::default();
            change.add_latency(millis);
            assert!(
                change
                    .iter()
                    .any(|(counter, _)| counter == Counter::LatencyBucket(bucket)),
                "{millis}"
            );
        }
    }

    #[test]
    fn changes_that_cancel_out_write_nothing() {
        let mut change = FiguresChange::default();
        change.add(Counter::Queued, 1);
        change.add(Counter::Queued, -1);
        assert_eq!(change.iter().count(), 0);
    }
}
