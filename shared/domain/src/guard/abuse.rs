//! Between layers 1 and 2: a guest that keeps trying blocked prompts is refused for the rest of the hour.

use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// A guest's counts of one hour.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GuestHour {
    /// Prompts that layer 6 refused.
    pub blocked: u32,
    /// Whether the signal for it was given.
    pub escalated: bool,
}

impl GuestHour {
    /// Whether the guest is refused for the rest of the hour.
    pub fn is_refused(&self, settings: &Settings) -> bool {
        self.blocked >= settings.abuse_escalation_threshold_per_hour
    }

    /// Whether the threshold is reached, with one more blocked prompt if there is one, and no signal was given yet.
    pub fn must_escalate(&self, settings: &Settings, one_more: bool) -> bool {
        !self.escalated && self.blocked + u32::from(one_more) >= settings.abuse_escalation_threshold_per_hour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_refuses_and_gives_one_signal() {
        let settings = Settings {
            abuse_escalation_threshold_per_hour: 3,
            ..Settings::default()
        };
        let hour = |blocked, escalated| GuestHour { blocked, escalated };
        assert!(!hour(2, false).is_refused(&settings));
        assert!(hour(3, false).is_refused(&settings));
        assert!(!hour(1, false).must_escalate(&settings, true));
        assert!(hour(2, false).must_escalate(&settings, true));
        assert!(
            hour(3, false).must_escalate(&settings, false),
            "two at once were one too many"
        );
        assert!(!hour(3, true).must_escalate(&settings, false));
    }
}
