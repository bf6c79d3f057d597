//! The tries of an edit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::FailureCode;
use crate::id::TaskId;
use crate::money::MicroUsd;
use crate::provider::{ProviderMode, ProviderName};
use crate::settings::Settings;

/// One try of an edit at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// 1, 2, …
    pub number: u32,
    /// Who.
    pub provider: ProviderName,
    pub model: String,
    /// Whether it was really sent there: a setting that changes does not change attempts under way. Absent in attempts that
    /// are older than this note.
    #[serde(default)]
    pub mode: Option<ProviderMode>,
    /// The provider's key for it, derived and stored before the submit.
    pub task_id: TaskId,
    /// The provider's name for it, once it has acknowledged it by that: from then on it is there, whatever is said later.
    #[serde(default)]
    pub handle: Option<String>,
    /// When it was claimed.
    pub started_at: Timestamp,
    /// When its outcome was known.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// The outcome: `succeeded`, or the failure code of the attempt.
    #[serde(default)]
    pub outcome: Option<String>,
    /// The provider's own code and words, for operators.
    #[serde(default)]
    pub detail: Option<String>,
    /// The cost that the provider reported.
    #[serde(default)]
    pub cost_micro_usd: Option<MicroUsd>,
}

impl Attempt {
    /// Whether it was really sent to its provider.
    pub fn mode_or(&self, settings: &Settings) -> ProviderMode {
        self.mode.unwrap_or_else(|| settings.mode_of(self.provider))
    }

    /// The failure code; `None` for an attempt under way or a success.
    pub fn failure_code(&self) -> Option<FailureCode> {
        self.outcome.as_deref()?.parse().ok()
    }
}
