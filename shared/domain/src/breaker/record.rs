//! The stored record of a breaker, and the words around it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::edit::FailureCode;
use crate::id::TaskId;

/// The reason of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum OpenReason {
    /// It refuses our key, or there is none.
    Auth,
    /// Our account there is empty.
    Quota,
    /// Most edits fail there.
    Failures,
    /// An operator took it out of service.
    Operator,
}

impl OpenReason {
    /// The name in logs and answers.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// The failure code of an edit that waited for the provider in vain.
    pub const fn failure_code(self) -> FailureCode {
        match self {
            Self::Auth => FailureCode::ProviderAuth,
            Self::Quota => FailureCode::ProviderQuota,
            Self::Failures | Self::Operator => FailureCode::ProviderError,
        }
    }
}

/// The state of a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum BreakerState {
    /// Everything goes through.
    Closed {
        /// When the first failure of the window was counted.
        since: Option<Timestamp>,
        /// Edits that failed in the window.
        failures: u32,
        /// Edits that succeeded since then; counting stops where more would change nothing.
        successes: u32,
    },
    /// Nothing goes through.
    Open {
        /// The reason.
        reason: OpenReason,
        /// When the outage began.
        since: Timestamp,
        /// When a probe may go.
        retry_at: Timestamp,
        /// Probes that failed.
        failed_probes: u32,
    },
    /// One attempt is on its way, to see whether the provider is back.
    HalfOpen {
        /// The reason of the outage.
        reason: OpenReason,
        /// When the outage began.
        since: Timestamp,
        /// Probes that failed before.
        failed_probes: u32,
        probe: TaskId,
        /// When another may go instead.
        until: Timestamp,
        /// Probes before it that never reported a result.
        #[serde(default)]
        unheard: u32,
    },
}

/// An operator's override.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pin {
    /// Everything goes through.
    Closed,
    /// Nothing goes through.
    Open,
}

/// A provider's breaker, as all workers share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    /// Grows with every change; 0 is a breaker that was never written.
    pub version: u64,
    /// The state.
    pub state: BreakerState,
    /// Overrides the state.
    #[serde(default)]
    pub pinned: Option<Pin>,
}

/// Whether an attempt may go to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Pass,
    /// It may, as the probe, if this breaker is written before anybody else writes one.
    Probe(Breaker),
    /// It may not.
    Shut {
        /// The reason.
        reason: OpenReason,
        /// When to look again; `None` where only an operator knows.
        until: Option<Timestamp>,
    },
}

/// What an attempt says about its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// It works: it made a picture, or refused to for reasons that lie in the request.
    Works,
    /// It failed, and another try may succeed. Counts once per edit: otherwise one photo that no model takes would count
    /// with every try.
    Fails {
        /// The edit's first attempt there.
        first: bool,
    },
    /// Nothing works before an operator acts.
    Refuses(OpenReason),
}

/// A change that operators hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// An outage begins.
    Opened(OpenReason),
    /// A probe failed: the outage goes on.
    StillOpen(OpenReason),
    /// The outage is over.
    Closed,
}

/// The next version of a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// To be written on the condition that the stored version is the one before.
    pub next: Breaker,
    /// What its writer reports.
    pub transition: Option<Transition>,
}

impl BreakerState {
    /// Closed, with nothing counted.
    pub(super) const CALM: Self = Self::Closed {
        since: None,
        failures: 0,
        successes: 0,
    };
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            version: 0,
            state: BreakerState::CALM,
            pinned: None,
        }
    }
}
