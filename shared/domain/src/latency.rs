//! Percentiles from a histogram: what they cost does not depend on how many latencies were measured.

use crate::figures::LATENCY_BOUNDS_MS;

/// One bucket per bound of [`LATENCY_BOUNDS_MS`], and one for what is slower than the last.
pub const LATENCY_BUCKETS: usize = LATENCY_BOUNDS_MS.len() + 1;

/// The fewest latencies that make a history.
const FEWEST_SAMPLES: u64 = 5;
const QUICK_PERCENT: u32 = 25;

/// The number of provider latencies in each bucket.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct LatencyHistogram([u64; LATENCY_BUCKETS]);

impl LatencyHistogram {
    /// A histogram with these counts.
    pub const fn new(counts: [u64; LATENCY_BUCKETS]) -> Self {
        Self(counts)
    }

    /// The counts of both.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_add(more);
        }
        self
    }

    /// What a quarter of the edits stay within, where there are enough latencies to be a history.
    pub fn quick(&self) -> Option<u64> {
        (self.samples() >= FEWEST_SAMPLES)
            .then(|| self.percentile(QUICK_PERCENT))
            .flatten()
    }

    /// Latencies measured.
    pub fn samples(&self) -> u64 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The latency in milliseconds that this many per cent (1 to 100) stay within; `None` without samples.
    ///
    /// The nearest rank decides the bucket, and the rank's place among the bucket's samples the place between its
    /// bounds. Of what is slower than the last bound only that is known: the answer is then that bound.
    pub fn percentile(&self, percent: u32) -> Option<u64> {
        let samples = self.samples();
        let percent = percent.clamp(1, 100);
        let wide = u128::from(samples) * u128::from(percent);
        let rank = u64::try_from(wide.div_ceil(100)).unwrap_or(samples);
        let mut before = 0_u64;
        for (index, count) in self.0.iter().enumerate() {
            let within = rank.saturating_sub(before);
            if within > 0 && within <= *count {
                return Some(between(index, within, *count));
            }
            before = before.saturating_add(*count);
        }
        None
    }
}

/// The bounds of a bucket, in milliseconds: more than the first, at most the second.
fn bounds(index: usize) -> (u64, u64) {
    let bound = |index: usize| LATENCY_BOUNDS_MS.get(index).copied().map(u64::from);
    let lower = index.checked_sub(1).and_then(bound).unwrap_or(0);
    (lower, bound(index).unwrap_or(lower))
}

/// The middle of the `nth` of `count` equal shares of a bucket.
fn between(index: usize, nth: u64, count: u64) -> u64 {
    let (lower, upper) = bounds(index);
    let width = u128::from(upper - lower);
    let share = width * (2 * u128::from(nth) - 1) / (2 * u128::from(count));
    lower + u64::try_from(share).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_percentile_of_known_latencies_is_close_to_the_truth() {
        // 100 latencies of 1 to 100 times 200 ms: the median is 10,000 ms, the 95th 19,000 ms.
        let mut counts = [0; LATENCY_BUCKETS];
        for millis in (1..=100_u32).map(|step| 200 * step) {
            counts[LATENCY_BOUNDS_MS.partition_point(|bound| *bound < millis)] += 1;
        }
        let histogram = LatencyHistogram::new(counts);
        assert_eq!(histogram.samples(), 100);
        let off = |percent, truth: i64| {
            let found = i64::try_from(histogram.percentile(percent).unwrap()).unwrap();
            (found - truth).abs() * 100 / truth
        };
        assert!(off(50, 10_000) <= 5, "{:?}", histogram.percentile(50));
        assert!(off(95, 19_000) <= 10, "{:?}", histogram.percentile(95));
    }

    #[test]
    fn a_latency_above_every_bound_counts_as_the_last_bound() {
        let mut counts = [0; LATENCY_BUCKETS];
        counts[LATENCY_BUCKETS - 1] = 3;
        assert_eq!(LatencyHistogram::new(counts).percentile(50), Some(300_000));
    }

    fn counts() -> impl Strategy<Value = [u64; LATENCY_BUCKETS]> {
        prop::array::uniform21(prop_oneof![3 => Just(0_u64), 3 => 1_u64..50, 1 => 1_u64..1_000_000_000])
    }

    proptest! {
        #[test]
        fn a_higher_percentile_is_never_a_lower_latency(counts in counts(), low in 1_u32..=100, high in 1_u32..=100) {
            let histogram = LatencyHistogram::new(counts);
            prop_assert!(histogram.percentile(low.min(high)) <= histogram.percentile(low.max(high)));
        }

        #[test]
        fn a_percentile_lies_in_the_bucket_of_its_rank(counts in counts(), percent in 1_u32..=100) {
            let histogram = LatencyHistogram::new(counts);
            let samples = histogram.samples();
            let found = histogram.percentile(percent);
            prop_assert_eq!(found.is_some(), samples > 0);
            if let Some(found) = found {
                let within = |index: usize| counts[..=index].iter().sum::<u64>();
                let rank = (samples * u64::from(percent)).div_ceil(100);
                let bucket = (0..LATENCY_BUCKETS).find(|index| within(*index) >= rank).unwrap();
                let (lower, upper) = bounds(bucket);
                prop_assert!((lower..=upper).contains(&found), "{found} is not in {lower}..={upper}");
            }
        }
    }
}
