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
    /// The provider that it goes to.
    pub provider: ProviderName,
    pub model: String,
    /// Whether it is really sent there, by the setting at the claim: a later change of the setting leaves it alone. Absent
    /// in attempts that are older than this field.
    #[serde(default)]
    pub mode: Option<ProviderMode>,
    /// The provider's key for it, derived and stored before the submit.
    pub task_id: TaskId,
    /// The provider's name for it, from its acknowledgement. An acknowledged attempt exists, even if a later poll does not
    /// find it.
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
    /// The mode at its claim, or for an older attempt the mode of the settings.
    pub fn mode_or(&self, settings: &Settings) -> ProviderMode {
        self.mode.unwrap_or_else(|| settings.mode_of(self.provider))
    }

    /// The failure code; `None` for an attempt under way or a success.
    pub fn failure_code(&self) -> Option<FailureCode> {
        self.outcome.as_deref()?.parse().ok()
    }
}
