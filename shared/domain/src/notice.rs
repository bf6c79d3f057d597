//! Notices: signals of the log, published as events, for an organiser's or an operator's own system to act on. A notice
//! goes to the stack's event bus with [`SOURCE`] as its source, the signal's text as its detail type and the fields below
//! as its detail. Its only name for a guest is the scope hash.

use jiff::Timestamp;
use serde::Serialize;

use crate::breaker::OpenReason;
use crate::budget::BudgetAlert;
use crate::id::{EventId, TenantId};
use crate::provider::ProviderName;

/// The source of all events.
pub const SOURCE: &str = "magic-edits";

/// A signal with what it is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Notice {
    /// A tenant's month has reached a cap.
    Budget {
        /// The event whose request reached it.
        event_id: EventId,
        /// Type, tenant, month, amounts.
        #[serde(flatten)]
        alert: BudgetAlert,
    },
    /// A guest keeps trying blocked prompts, and is refused for the rest of the hour.
    Abuse {
        tenant_id: TenantId,
        event_id: EventId,
        scope_hash: String,
        /// Blocked prompts in this hour.
        blocked: u32,
        at: Timestamp,
    },
    /// Too many of an event's edits fail.
    FailureRate {
        tenant_id: TenantId,
        event_id: EventId,
        /// Share of the month's finished edits that failed, 0 to 1.
        failure_rate: f64,
        /// The share that is too much.
        threshold: f64,
        /// Finished edits.
        samples: u64,
        at: Timestamp,
    },
    /// An edit took too long at the provider.
    Latency {
        tenant_id: TenantId,
        event_id: EventId,
        provider: ProviderName,
        model: String,
        /// The latency of this edit.
        latency_ms: u64,
        threshold_ms: u64,
        /// The mean latency of the month's edits.
        mean_latency_ms: Option<u64>,
        at: Timestamp,
    },
    /// Nothing is sent to a provider any more but probes.
    BreakerOpened {
        /// Which.
        provider: ProviderName,
        reason: OpenReason,
        at: Timestamp,
    },
    /// A provider is back.
    BreakerClosed {
        /// Which.
        provider: ProviderName,
        at: Timestamp,
    },
}

impl Notice {
    /// The text of the signal, in the log and as the event's detail type.
    pub const fn signal(&self) -> &'static str {
        match self {
            Self::Budget { .. } => "AI budget threshold reached",
            Self::Abuse { .. } => "AI abuse escalation threshold reached",
            Self::FailureRate { .. } => "AI failure-rate alert threshold reached",
            Self::Latency { .. } => "AI provider latency warning",
            Self::BreakerOpened { .. } => "AI provider taken out of service",
            Self::BreakerClosed { .. } => "AI provider back in service",
        }
    }
}
