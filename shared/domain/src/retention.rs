//! Retention: how long the table keeps edits, photos and ledger entries.

use jiff::{SignedDuration, Timestamp};

use crate::settings::Settings;

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Edits, photos and their pictures, in days from the moment they were made.
    pub request_days: u32,
    /// Ledger entries, in days from the moment they were written; the month's counters and alerts go with the last.
    pub ledger_days: u32,
}

impl Retention {
    /// From the settings; the arguments override them.
    pub fn of(settings: &Settings, request_days: Option<u32>, ledger_days: Option<u32>) -> Self {
        Self {
            request_days: request_days.unwrap_or(settings.request_retention_days),
            ledger_days: ledger_days.unwrap_or(settings.usage_ledger_retention_days),
        }
    }

    /// Edits and photos made before this time expire.
    pub fn requests_end(self, now: Timestamp) -> Timestamp {
        days_before(now, self.request_days)
    }

    /// Ledger entries written before this time expire.
    pub fn ledger_ends(self, now: Timestamp) -> Timestamp {
        days_before(now, self.ledger_days)
    }
}

fn days_before(now: Timestamp, days: u32) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24 * i64::from(days)))
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_24_hours_and_arguments_override_the_settings() {
        let now: Timestamp = "2026-11-24T02:30:00Z".parse().unwrap();
        let settings = Settings::default();
        let usual = Retention::of(&settings, None, None);
        assert_eq!((usual.request_days, usual.ledger_days), (90, 365));
        let asked = Retention::of(&settings, Some(1), Some(2));
        assert_eq!(asked.requests_end(now).to_string(), "2026-11-23T02:30:00Z");
        assert_eq!(asked.ledger_ends(now).to_string(), "2026-11-22T02:30:00Z");
    }

    #[test]
    fn more_days_than_there_were_keep_everything() {
        let now = Timestamp::UNIX_EPOCH;
        let retention = Retention {
            request_days: u32::MAX,
            ledger_days: u32::MAX,
        };
        assert!(retention.requests_end(now) < now);
    }
}
