//! The place of an edit in its event's queue, told from what it found there and from the one part of the counters that
//! counts it. Nothing is counted for a look.

use serde::{Deserialize, Serialize};

use crate::figures::Figures;
use crate::latency::LatencyHistogram;

/// What an edit found when it was admitted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Arrival {
    /// Edits of the event that were queued.
    pub ahead: u64,
    /// How many of these its own shard of the counters counted.
    pub ahead_in_shard: u64,
    /// Edits of its shard that had left the queue.
    pub left_in_shard: i64,
    /// The mean latency of the event's month.
    pub mean_latency_ms: Option<u64>,
    /// The latency that a quarter of the edits stay within, where enough of them make a history.
    pub quick_latency_ms: Option<u64>,
}

impl Arrival {
    /// What an edit finds in a month with these counters, of which its own shard has these.
    pub fn new(month: &Figures, shard: &Figures, latencies: &LatencyHistogram) -> Self {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        Self {
            ahead: count(month.queued),
            ahead_in_shard: count(shard.queued),
            left_in_shard: shard.left_queue(),
            mean_latency_ms: month.mean_latency_ms(),
            quick_latency_ms: latencies.quick(),
        }
    }

    /// How many of the edits ahead are left, judged by the edits of its shard: the shards are alike. Where none of
    /// them was ahead, all are taken to be left until it is this edit's turn.
    pub fn still_ahead(&self, shard: &Figures) -> u64 {
        let left = u64::try_from(shard.left_queue() - self.left_in_shard).unwrap_or(0);
        match self.ahead_in_shard {
            0 => self.ahead,
            found => {
                let still = found.saturating_sub(left);
                (self.ahead.saturating_mul(still)).div_ceil(found)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn figures(total: i64, queued: i64) -> Figures {
        Figures {
            total,
            queued,
            ..Figures::default()
        }
    }

    #[test]
    fn the_place_moves_as_the_edits_of_the_shard_leave_the_queue() {
        let arrival = Arrival::new(&figures(200, 160), &figures(14, 10), &LatencyHistogram::default());
        let ahead = |left: i64| arrival.still_ahead(&figures(14 + 3, 10 + 3 - left));
        assert_eq!(
            (ahead(0), ahead(1), ahead(5), ahead(10), ahead(12)),
            (160, 144, 80, 0, 0)
        );
    }

    #[test]
    fn without_a_neighbour_in_its_shard_the_place_stays() {
        let arrival = Arrival::new(&figures(3, 2), &Figures::default(), &LatencyHistogram::default());
        assert_eq!(arrival.still_ahead(&figures(1, 1)), 2);
    }

    proptest! {
        #[test]
        fn a_place_never_grows_while_edits_leave(ahead in 0_i64..500, in_shard in 0_i64..60, left in 0_i64..80) {
            let arrival = Arrival::new(&figures(600, ahead), &figures(100, in_shard), &LatencyHistogram::default());
            let now = arrival.still_ahead(&figures(100, in_shard - left));
            let later = arrival.still_ahead(&figures(100, in_shard - left - 1));
            prop_assert!(later <= now && now <= arrival.ahead);
        }
    }
}
