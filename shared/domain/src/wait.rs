//! An honest wait: place in the queue, expected seconds, a deadline.

use jiff::Timestamp;
use serde::Serialize;

use crate::edit::{Edit, Status};
use crate::figures::Figures;

/// The assumed latency of an event without a history.
const DEFAULT_LATENCY_MS: u64 = 12_000;
/// Queue hops, download, watermark and upload on top of the provider's own time.
const OVERHEAD_MS: u64 = 4_000;
/// Edits that are worked on at the same time, as far as a guest's estimate is concerned.
const PARALLEL: u64 = 10;

/// The wait that a guest sees while an edit is not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// Edits of the event that are ahead of this one and not yet at a provider, plus one; 0 once it is there.
    pub position: u64,
    /// Seconds until it is probably finished; at least 1.
    pub expected_seconds: u64,
    /// When to ask again, in milliseconds.
    pub retry_after_ms: u64,
    /// By then it has failed if it has not succeeded.
    pub deadline_at: Timestamp,
}

impl Wait {
    /// The wait of an edit whose shard of its event's counters is this one; `None` once it is terminal.
    pub fn of(edit: &Edit, shard: &Figures, now: Timestamp) -> Option<Self> {
        let (ahead, mean) = match &edit.arrival {
            Some(arrival) => (arrival.still_ahead(shard), arrival.mean_latency_ms),
            // Admitted by an older release: the edit counts itself.
            None => (u64::try_from(shard.queued - 1).unwrap_or(0), None),
        };
        Self::behind(edit, ahead, mean.or_else(|| shard.mean_latency_ms()), now)
    }

    /// The wait of an edit with this many queued edits ahead of it.
    fn behind(edit: &Edit, ahead: u64, mean_latency_ms: Option<u64>, now: Timestamp) -> Option<Self> {
        if edit.status.is_terminal() {
            return None;
        }
        let latency = mean_latency_ms.unwrap_or(DEFAULT_LATENCY_MS).max(1_000);
        let (position, total) = match edit.status {
            Status::Queued => (ahead + 1, latency + OVERHEAD_MS + latency * (ahead / PARALLEL)),
            _ => (0, latency + OVERHEAD_MS),
        };
        let since = if position == 0 {
            edit.current_attempt()
                .map_or(edit.created_at, |attempt| attempt.started_at)
        } else {
            now
        };
        let elapsed = u64::try_from(now.duration_since(since).as_millis()).unwrap_or(0);
        let left = total.saturating_sub(elapsed).max(1_000);
        Some(Self {
            position,
            expected_seconds: left.div_ceil(1_000),
            // Often enough to feel immediate, rarely enough to be cheap: a quarter of what is left, 1 to 5 s.
            retry_after_ms: (left / 4).clamp(1_000, 5_000),
            deadline_at: edit.deadline_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::admission::{Admission, Applicant};
    use crate::edit::{FailureCode, Origin, Step};
    use crate::event::{Event, EventPolicy};
    use crate::guard::{Approval, EditRequest, GrantedBy};
    use crate::id::{EditId, PhotoId};
    use crate::money::MicroUsd;
    use crate::photo::{Photo, PhotoState};
    use crate::provider::ProviderName;
    use crate::settings::ProviderMode;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn queued() -> Edit {
        let event = Event {
            id: "e1".parse().unwrap(),
            tenant_id: "t1".parse().unwrap(),
            slug: "party".parse().unwrap(),
            name: "Party".to_owned(),
            package: None,
            addons: Vec::new(),
            policy: EventPolicy::default(),
            watermark: None,
            policy_version: 0,
            created_at: None,
            scope_key: String::new(),
        };
        let photo = Photo {
            id: PhotoId::new(at(0), 1),
            event_id: event.id.clone(),
            guest: None,
            consent: None,
            mime_type: "image/jpeg".to_owned(),
            size_bytes: 1,
            object_key: "events/party/photos/1".to_owned(),
            created_at: at(0),
            state: PhotoState::AwaitingUpload,
        };
        let applicant = Applicant {
            event: &event,
            photo: &photo,
            origin: Origin::Tenant,
            address: None,
            edit_id: EditId::new(at(0), 2),
            now: at(0),
        };
        let approval = Approval {
            granted_by: GrantedBy::Package,
            style_version: None,
            estimate: MicroUsd::new(40_000),
            reserve: MicroUsd::new(40_000),
            cap: None,
            provider: ProviderName::Runware,
            model: "fake:ok".to_owned(),
            rendered_prompt: "as a comic".to_owned(),
            rendered_negative_prompt: None,
        };
        Admission::approved(&applicant, &EditRequest::default(), approval).edit
    }

    fn processing() -> Edit {
        queued()
            .step(
                Step::Claim {
                    route: None,
                    mode: ProviderMode::Fake,
                    held: false,
                },
                at(100),
            )
            .unwrap()
            .edit
    }

    /// Four samples of this many seconds each.
    fn latency(seconds: i64) -> Figures {
        Figures {
            latency_sum_ms: 4_000 * seconds,
            latency_samples: 4,
            ..Figures::default()
        }
    }

    fn wait(edit: &Edit, ahead: u64, figures: &Figures, second: i64) -> Wait {
        Wait::behind(edit, ahead, figures.mean_latency_ms(), at(second)).unwrap()
    }

    #[test]
    fn the_first_in_the_queue_has_place_one_and_an_edit_at_the_provider_none() {
        for ahead in [0, 1, 7, 100] {
            assert_eq!(wait(&queued(), ahead, &Figures::default(), 0).position, ahead + 1);
            assert_eq!(wait(&processing(), ahead, &Figures::default(), 100).position, 0);
        }
    }

    #[test]
    fn a_finished_edit_waits_for_nothing() {
        for code in FailureCode::ALL.iter().copied() {
            let fail = Step::Fail {
                code,
                detail: String::new(),
                polls: 0,
                cost: None,
            };
            let edit = queued().step(fail, at(1)).unwrap().edit;
            assert_eq!(Wait::of(&edit, &Figures::default(), at(2)), None);
        }
    }

    #[test]
    fn the_estimate_is_what_the_event_has_seen_or_a_fair_guess() {
        // 12 s at the provider and 4 s of our own.
        assert_eq!(wait(&queued(), 0, &Figures::default(), 0).expected_seconds, 16);
        assert_eq!(wait(&queued(), 0, &latency(30), 0).expected_seconds, 34);
        // Ten are worked on at a time: the eleventh edit waits for a whole round.
        assert_eq!(wait(&queued(), 9, &latency(30), 0).expected_seconds, 34);
        assert_eq!(wait(&queued(), 10, &latency(30), 0).expected_seconds, 64);
    }

    #[test]
    fn more_ahead_or_a_slower_provider_never_means_less_to_wait() {
        for (shorter, longer) in (0..100).flat_map(|ahead| [(ahead, ahead + 1), (ahead, 100)]) {
            for seconds in [0, 1, 12, 60] {
                let of = |ahead, seconds| wait(&queued(), ahead, &latency(seconds), 0).expected_seconds;
                assert!(
                    of(shorter, seconds) <= of(longer, seconds),
                    "{shorter} and {longer} ahead"
                );
                assert!(of(shorter, seconds) <= of(shorter, seconds + 1), "{seconds} s");
            }
        }
    }

    #[test]
    fn the_estimate_shrinks_while_the_provider_works_and_never_reaches_nothing() {
        let left: Vec<u64> = [100, 105, 115, 116, 700]
            .map(|second| wait(&processing(), 0, &Figures::default(), second).expected_seconds)
            .to_vec();
        assert_eq!(left, [16, 11, 1, 1, 1]);
        // A clock that is behind does not lengthen the wait.
        assert_eq!(
            wait(&processing(), 0, &Figures::default(), 0).expected_seconds,
            16
        );
        // Time in the queue does not count as time at the provider.
        assert_eq!(wait(&queued(), 0, &Figures::default(), 500).expected_seconds, 16);
    }

    #[test]
    fn a_guest_polls_sooner_when_less_is_left_within_one_to_five_seconds() {
        let retry = |second| wait(&processing(), 0, &Figures::default(), second).retry_after_ms;
        assert_eq!([100, 104, 112, 700].map(retry), [4_000, 3_000, 1_000, 1_000]);
        assert_eq!(wait(&queued(), 100, &latency(60), 0).retry_after_ms, 5_000);
    }

    #[test]
    fn the_deadline_is_the_edits_own() {
        for edit in [queued(), processing()] {
            assert_eq!(
                wait(&edit, 0, &Figures::default(), 100).deadline_at,
                edit.deadline_at
            );
        }
        assert_eq!(queued().deadline_at, at(0) + SignedDuration::from_mins(10));
    }
}
