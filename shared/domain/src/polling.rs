//! The times of polls: the first a little before the event's edits are usually done, the others at growing intervals, so
//! that a finished attempt is noticed soon and a long one costs few polls.

use std::time::Duration;

use crate::edit::{ATTEMPT_PATIENCE, MAX_ATTEMPTS, PATIENCE};
use crate::provider::ProviderName;
use crate::summary::LatencyHistogram;

/// Delay of the first poll of an event without a history: early, since nothing is known.
const FIRST: Duration = Duration::from_secs(2);
/// The longest delay of the first poll, however slow the event's edits usually are.
const LATEST_FIRST: Duration = Duration::from_secs(30);
/// The shortest time between two polls: longer than writing a claim takes.
const SHORTEST: Duration = Duration::from_secs(2);
/// The longest time between two polls.
pub const LONGEST: Duration = Duration::from_secs(15);
/// The first poll comes at this fraction of the median latency. Polls themselves measure the latencies: with a first poll
/// at the median, no edit could ever look faster than that, and the median would grow and grow.
const FIRST_PART: (u32, u32) = (2, 3);
/// The delay is this fraction of the time that has passed.
const PART: u32 = 3;
/// The fewest latencies that make a history.
const FEWEST_SAMPLES: u64 = 5;
/// Polls before the delay has grown to [`LONGEST`].
pub const MOST_BEFORE_LONGEST: u32 = 14;

/// The delay until the next poll of an attempt, in whole seconds: SQS takes no others.
///
/// `elapsed` is the time since the attempt was claimed.
pub fn delay(latencies: &LatencyHistogram, elapsed: Duration) -> Duration {
    let first = first(latencies);
    let (wait, longest) = if elapsed < first {
        (first.saturating_sub(elapsed), LATEST_FIRST)
    } else {
        (elapsed / PART, LONGEST)
    };
    Duration::from_secs(wait.as_secs()).clamp(SHORTEST, longest)
}

/// The most polls within this time of an attempt, if each one is punctual.
pub fn most_within(time: Duration) -> u32 {
    let at_longest = time.as_secs() / LONGEST.as_secs();
    MOST_BEFORE_LONGEST.saturating_add(u32::try_from(at_longest).unwrap_or(u32::MAX))
}

/// The most messages that an edit takes, if each is delivered once and no operator holds it back: a submit message
/// per attempt, and the polls, which share the edit's time. Usually an edit takes two or three.
pub fn most_messages() -> u32 {
    let providers = u32::try_from(ProviderName::ALL.len()).unwrap_or(u32::MAX);
    let attempts = MAX_ATTEMPTS * providers;
    let time = Duration::try_from(PATIENCE + ATTEMPT_PATIENCE).unwrap_or_default();
    attempts * (1 + MOST_BEFORE_LONGEST) + most_within(time) - MOST_BEFORE_LONGEST
}

/// The delay of the first poll.
fn first(latencies: &LatencyHistogram) -> Duration {
    let known = Some(latencies).filter(|latencies| latencies.samples() >= FEWEST_SAMPLES);
    let median = known.and_then(|latencies| latencies.percentile(50));
    let (part, of) = FIRST_PART;
    median
        .map_or(FIRST, |median| Duration::from_millis(median) * part / of)
        .clamp(SHORTEST, LATEST_FIRST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::figures::LATENCY_BOUNDS_MS;
    use crate::summary::LATENCY_BUCKETS;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// The history of an event with this many edits in the bucket that holds this latency.
    fn history(samples: u64, millis: u32) -> LatencyHistogram {
        let mut counts = [0; LATENCY_BUCKETS];
        counts[LATENCY_BOUNDS_MS.partition_point(|bound| *bound < millis)] = samples;
        LatencyHistogram::new(counts)
    }

    fn any_history() -> impl Strategy<Value = LatencyHistogram> {
        prop::array::uniform(0_u64..50).prop_map(LatencyHistogram::new)
    }

    /// The times of an attempt's polls, in seconds after its claim, up to this time.
    fn questions(latencies: &LatencyHistogram, until: u64) -> Vec<u64> {
        let mut at = seconds(0);
        let mut questions = Vec::new();
        loop {
            at += delay(latencies, at);
            if at > seconds(until) {
                return questions;
            }
            questions.push(at.as_secs());
        }
    }

    #[test]
    fn without_a_history_polls_begin_early_and_become_rare() {
        for few in [LatencyHistogram::default(), history(4, 40_000)] {
            assert_eq!(questions(&few, 60), [2, 4, 6, 8, 10, 13, 17, 22, 29, 38, 50]);
        }
    }

    #[test]
    fn with_a_history_the_first_poll_comes_a_little_before_the_median() {
        let asked = questions(&history(10, 12_000), 60);
        assert!((7..=10).contains(&asked[0]), "{asked:?}");
        assert!(asked.len() <= 8, "{asked:?}");
        let slow = questions(&history(10, 100_000), 120);
        assert_eq!(slow[0], LATEST_FIRST.as_secs(), "{slow:?}");
    }

    /// The first poll, and the histogram of recorded latencies, after 200 edits: each edit is polled by the history of
    /// those before it, and is added to it. `took` are the provider's times in milliseconds, repeated in turn; a poll takes
    /// a hop, and the work after it the overhead.
    fn settled(took: &[u64], overhead: u64) -> (u64, LatencyHistogram) {
        const HOP: u64 = 200;
        let mut counts = [0; LATENCY_BUCKETS];
        let mut first = 0;
        for took in took.iter().cycle().take(200) {
            let history = LatencyHistogram::new(counts);
            let asked = questions(&history, 2_000);
            first = asked[0];
            let noticed = asked.into_iter().find(|at| at * 1_000 + HOP >= *took).unwrap();
            let recorded = noticed * 1_000 + HOP + overhead;
            counts[LATENCY_BOUNDS_MS.partition_point(|bound| u64::from(*bound) < recorded)] += 1;
        }
        (first, LatencyHistogram::new(counts))
    }

    proptest! {
        #[test]
        fn latencies_measured_by_polls_do_not_delay_the_polls(
            took in prop::collection::vec(500_u64..60_000, 1..20),
            overhead in 0_u64..2_000,
        ) {
            let (first, history) = settled(&took, overhead);
            let mut sorted = took.clone();
            sorted.sort_unstable();
            let median = sorted[sorted.len() / 2];
            prop_assert!(first * 1_000 <= median.max(2_000) + 2_500, "asked first at {first} s, median {median} ms");
            // An edit with the median latency is noticed soon.
            let noticed = questions(&history, 2_000).into_iter().find(|at| at * 1_000 >= median).unwrap();
            prop_assert!(noticed * 1_000 <= median + (median / 3).clamp(3_000, 15_000), "{noticed} s, median {median} ms");
        }

        #[test]
        fn a_finished_job_is_noticed_soon(latencies in any_history(), took in 0_u64..900) {
            let asked = questions(&latencies, 2_000);
            let noticed = asked.into_iter().find(|at| *at >= took).unwrap();
            let first = first(&latencies).as_secs();
            // At the first poll, or later by a third of the job's time, and never by more than 15 s.
            let late = if took <= first { first - took } else { (took / 3).clamp(2, 15) };
            prop_assert!(noticed <= took + late, "{took} noticed at {noticed}, first asked at {first}");
        }

        #[test]
        fn an_attempt_takes_few_polls(latencies in any_history(), time in 1_u64..1_200) {
            let asked = questions(&latencies, time);
            prop_assert!(asked.len() <= usize::try_from(most_within(seconds(time))).unwrap());
        }

        #[test]
        fn an_edit_takes_a_bounded_number_of_messages(
            latencies in any_history(),
            mut ends in prop::collection::vec(0_u64..900, 5),
        ) {
            ends.push(900);
            ends.sort_unstable();
            let mut begun = 0;
            let mut messages = 0;
            for end in ends {
                messages += 1 + questions(&latencies, end - begun).len();
                begun = end;
            }
            prop_assert!(messages <= usize::try_from(most_messages()).unwrap(), "{messages}");
            prop_assert_eq!(most_messages(), 150);
        }

        #[test]
        fn a_delay_is_a_number_of_whole_seconds_within_bounds(latencies in any_history(), elapsed in 0_u64..10_000_000) {
            let delay = delay(&latencies, Duration::from_millis(elapsed));
            prop_assert_eq!(delay.subsec_nanos(), 0);
            prop_assert!((SHORTEST..=LATEST_FIRST).contains(&delay));
        }
    }
}
