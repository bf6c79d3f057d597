//! Between layers 1 and 2: who keeps trying blocked prompts is refused for the rest of the hour. A guest is, and behind it,
//! with a more generous threshold, everybody at an address: one guest can make up new ids at will.

use serde::{Deserialize, Serialize};

/// The counts of a guest or of an address in one hour.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GuestHour {
    /// Prompts that layer 6 refused.
    pub blocked: u32,
    /// Edits that were admitted.
    pub edits: u32,
    /// Whether the signal for it was given.
    pub escalated: bool,
}

impl GuestHour {
    /// Whether this many blocked prompts are enough to be refused for the rest of the hour.
    pub const fn has_reached(&self, threshold: u32) -> bool {
        self.blocked >= threshold
    }

    /// Whether the threshold is reached, with one more blocked prompt if there is one, and no signal was given yet.
    pub fn must_escalate(&self, threshold: u32, one_more: bool) -> bool {
        !self.escalated && self.blocked.saturating_add(one_more.into()) >= threshold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_refuses_and_gives_one_signal() {
        let hour = |blocked, escalated| GuestHour {
            blocked,
            escalated,
            ..GuestHour::default()
        };
        assert!(!hour(2, false).has_reached(3));
        assert!(hour(3, false).has_reached(3));
        assert!(!hour(1, false).must_escalate(3, true));
        assert!(hour(2, false).must_escalate(3, true));
        assert!(
            hour(3, false).must_escalate(3, false),
            "two at once were one too many"
        );
        assert!(!hour(3, true).must_escalate(3, false));
    }
}
