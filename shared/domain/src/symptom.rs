//! Symptoms: ends of edits that may mean that something is wrong with an event. Most ends are none, and need no look at
//! the figures.

use jiff::{SignedDuration, Timestamp};

use crate::edit::{Edit, Status};
use crate::figures::Figures;
use crate::notice::Notice;
use crate::settings::Settings;
use crate::summary::Rates;

/// A sign that something is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symptom {
    /// Too many edits fail.
    FailureRate,
    /// An edit took too long at the provider.
    Latency,
}

impl Symptom {
    /// The symptom that the end of an edit may be.
    pub fn of(ended: &Edit, settings: &Settings) -> Option<Self> {
        let slow = u64::from(settings.latency_warning_ms);
        match ended.status {
            Status::Failed => Some(Self::FailureRate),
            Status::Succeeded if ended.provider_latency_ms.is_some_and(|millis| millis >= slow) => {
                Some(Self::Latency)
            }
            _ => None,
        }
    }

    /// The attribute of the event's month with the time of the last signal.
    pub const fn alerted_at(self) -> &'static str {
        match self {
            Self::FailureRate => "failure_rate_alerted_at",
            Self::Latency => "latency_alerted_at",
        }
    }

    /// The signal, where the event's month is over the threshold and none was given within the cooldown.
    pub fn due(
        self,
        ended: &Edit,
        month: &Figures,
        settings: &Settings,
        cooldown: SignedDuration,
        now: Timestamp,
    ) -> Option<Notice> {
        let last = match self {
            Self::FailureRate => month.failure_rate_alerted_at,
            Self::Latency => month.latency_alerted_at,
        };
        if last.is_some_and(|last| now.duration_since(last) < cooldown) {
            return None;
        }
        let (tenant_id, event_id) = (ended.tenant_id.clone(), ended.event_id.clone());
        match self {
            Self::FailureRate => {
                let rates = Rates::of(month);
                let threshold = settings.failure_rate_alert_threshold;
                let enough = rates.samples >= settings.failure_rate_min_samples.into();
                let failure_rate = rates.failure_rate.filter(|rate| enough && *rate >= threshold)?;
                Some(Notice::FailureRate {
                    tenant_id,
                    event_id,
                    failure_rate,
                    threshold,
                    samples: rates.samples,
                    at: now,
                })
            }
            Self::Latency => Some(Notice::Latency {
                tenant_id,
                event_id,
                provider: ended.provider,
                model: ended.model.clone(),
                latency_ms: ended.provider_latency_ms?,
                threshold_ms: settings.latency_warning_ms.into(),
                mean_latency_ms: month.mean_latency_ms(),
                at: now,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::samples::{at, queued};

    const COOLDOWN: SignedDuration = SignedDuration::from_mins(30);

    fn ended(status: Status, latency: Option<u64>) -> Edit {
        Edit {
            status,
            provider_latency_ms: latency,
            ..queued()
        }
    }

    fn month(succeeded: i64, failed: i64) -> Figures {
        Figures {
            succeeded,
            failed,
            ..Figures::default()
        }
    }

    #[test]
    fn an_edit_that_ends_well_and_fast_is_no_symptom() {
        let settings = Settings::default();
        let of = |status, latency| Symptom::of(&ended(status, latency), &settings);
        assert_eq!(of(Status::Succeeded, Some(14_999)), None);
        assert_eq!(of(Status::Succeeded, Some(15_000)), Some(Symptom::Latency));
        assert_eq!(of(Status::Failed, None), Some(Symptom::FailureRate));
        assert_eq!(
            of(Status::Blocked, None),
            None,
            "what moderation refuses does not fail"
        );
    }

    #[test]
    fn a_failure_rate_needs_samples_and_the_threshold() {
        let settings = Settings::default();
        let due = |succeeded, failed| {
            let edit = ended(Status::Failed, None);
            Symptom::FailureRate.due(&edit, &month(succeeded, failed), &settings, COOLDOWN, at(0))
        };
        assert_eq!(due(0, 9), None, "nine edits are too few");
        assert_eq!(due(7, 3), None, "30 % are below 35 %");
        assert!(matches!(
            due(6, 4),
            Some(Notice::FailureRate { failure_rate, samples: 10, .. }) if failure_rate > 0.39
        ));
    }

    #[test]
    fn a_signal_is_due_once_per_cooldown() {
        let settings = Settings::default();
        let alerted = Figures {
            failure_rate_alerted_at: Some(at(0)),
            latency_alerted_at: Some(at(60)),
            ..month(0, 20)
        };
        let due = |symptom: Symptom, minute: i64| {
            let edit = ended(Status::Failed, Some(20_000));
            symptom
                .due(&edit, &alerted, &settings, COOLDOWN, at(60 * minute))
                .is_some()
        };
        assert_eq!(
            (due(Symptom::FailureRate, 29), due(Symptom::FailureRate, 30)),
            (false, true)
        );
        assert_eq!(
            (due(Symptom::Latency, 30), due(Symptom::Latency, 31)),
            (false, true)
        );
    }
}
