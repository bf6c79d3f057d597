//! The times of polls: the first before the event's quick edits are usually done, the others at growing intervals, so
//! that a finished attempt is noticed soon and a long one costs few polls.

use std::time::Duration;

use crate::edit::{ATTEMPT_PATIENCE, MAX_ATTEMPTS, PATIENCE};
use crate::provider::ProviderName;

/// Delay of the first poll of an event without a history: early, since nothing is known.
const FIRST: Duration = Duration::from_secs(2);
/// The longest delay of the first poll, however slow the event's edits usually are.
const LATEST_FIRST: Duration = Duration::from_secs(30);
/// The shortest time between two polls: longer than writing a claim takes.
const SHORTEST: Duration = Duration::from_secs(2);
/// The longest time between two polls.
pub const LONGEST: Duration = Duration::from_secs(15);
/// The first poll comes at this fraction of the latency that a quarter of the edits stay within. Polls themselves measure
/// the latencies: no edit looks faster than the first poll, so the first poll must come well before what was measured,
/// and go by edits that are not the slow ones. At two thirds of the median, an event with two models, one of them slow,
/// would ask after the fast one late for hundreds of edits.
const FIRST_PART: (u32, u32) = (1, 2);
/// The delay is this fraction of the time that has passed.
const PART: u32 = 3;
/// Polls before the delay has grown to [`LONGEST`].
pub const MOST_BEFORE_LONGEST: u32 = 14;

/// The delay until the next poll of an attempt, in whole seconds: SQS takes no others.
///
/// `quick_ms` is the latency that a quarter of the event's edits stay within, where it has a history; `elapsed` is the time since the attempt was claimed.
pub fn delay(quick_ms: Option<u64>, elapsed: Duration) -> Duration {
    let first = first(quick_ms);
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
fn first(quick_ms: Option<u64>) -> Duration {
    let (part, of) = FIRST_PART;
    quick_ms
        .map_or(FIRST, |quick| Duration::from_millis(quick) * part / of)
        .clamp(SHORTEST, LATEST_FIRST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::figures::LATENCY_BOUNDS_MS;
    use crate::latency::{LATENCY_BUCKETS, LatencyHistogram};

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
            at += delay(latencies.quick(), at);
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
    fn with_a_history_the_first_poll_comes_well_before_the_quick_edits() {
        let asked = questions(&history(10, 12_000), 60);
        assert!((5..=7).contains(&asked[0]), "{asked:?}");
        assert!(asked.len() <= 9, "{asked:?}");
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

    /// Why these latencies, measured by polls, delay the polls; `None` where they do not.
    fn delayed(took: &[u64], overhead: u64) -> Option<String> {
        let (first, history) = settled(took, overhead);
        let mut sorted = took.to_vec();
        sorted.sort_unstable();
        let median = sorted[sorted.len() / 2];
        // Whoever is usual is noticed soon.
        let noticed = questions(&history, 2_000)
            .into_iter()
            .find(|at| at * 1_000 >= median)?;
        let is_soon = noticed * 1_000 <= median + (median / 3).clamp(3_000, 15_000);
        let is_early = first * 1_000 <= median.max(2_000) + 2_500;
        (!is_soon || !is_early).then(|| {
            format!("{took:?}: median {median} ms, first asked at {first} s, noticed at {noticed} s")
        })
    }

    /// Two kinds of edits, the fast ones just in the majority, in every order of beginning.
    #[test]
    fn a_slow_minority_does_not_delay_the_polls() {
        let found = [26_201, 26_201, 500, 22_201, 500, 23_201, 500, 500, 500];
        assert_eq!(delayed(&found, 0), None);
        for (fast, slow) in [(500, 22_000), (500, 59_000), (3_000, 38_000), (1_500, 17_000)] {
            for (fasts, slows) in [(5, 4), (9, 7), (10, 9), (2, 1)] {
                let slow_first = [vec![slow; slows], vec![fast; fasts]].concat();
                let fast_first = [vec![fast; fasts], vec![slow; slows]].concat();
                for overhead in [0, 1_999] {
                    assert_eq!(delayed(&slow_first, overhead), None);
                    assert_eq!(delayed(&fast_first, overhead), None);
                }
            }
        }
    }

    #[test]
    fn an_edit_takes_at_most_150_messages() {
        assert_eq!(
            most_messages(),
            150,
            "docs/decisions/money.md names the number; every provider adds to it"
        );
    }

    proptest! {
        #[test]
        fn latencies_measured_by_polls_do_not_delay_the_polls(
            took in prop::collection::vec(500_u64..60_000, 1..20),
            overhead in 0_u64..2_000,
        ) {
            prop_assert_eq!(delayed(&took, overhead), None);
        }

        #[test]
        fn a_finished_job_is_noticed_soon(latencies in any_history(), took in 0_u64..900) {
            let asked = questions(&latencies, 2_000);
            let noticed = asked.into_iter().find(|at| *at >= took).unwrap();
            let first = first(latencies.quick()).as_secs();
            // At the first question, or later by a third of what it took, and never by more than 15 s.
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
        }

        #[test]
        fn a_delay_is_a_number_of_whole_seconds_within_bounds(latencies in any_history(), elapsed in 0_u64..10_000_000) {
            let delay = delay(latencies.quick(), Duration::from_millis(elapsed));
            prop_assert_eq!(delay.subsec_nanos(), 0);
            prop_assert!((SHORTEST..=LATEST_FIRST).contains(&delay));
        }
    }
}
