//! A clock that the test moves.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::lock;

/// Stands still at 2026-11-22T14:05:00Z until it is moved. A clone is the same clock.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Timestamp>>);

impl Default for Clock {
    fn default() -> Self {
        let start = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_795_356_300);
        Self(Arc::new(Mutex::new(start)))
    }
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        *lock(&self.0)
    }

    pub fn set(&self, now: Timestamp) {
        *lock(&self.0) = now;
    }

    /// Moves the clock, back where the duration is negative.
    pub fn advance(&self, duration: SignedDuration) {
        *lock(&self.0) += duration;
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn the_clock_starts_at_the_documented_time() {
        assert_eq!(Clock::default().now().to_string(), "2026-11-22T14:05:00Z");
    }
}
