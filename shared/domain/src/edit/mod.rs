//! An edit: one job for one photo, and the only way it moves from state to state.

mod failure;
mod step;
#[cfg(test)]
pub(crate) mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use failure::FailureCode;
pub use step::{IllegalStep, Move, Route, Step};

use crate::admission::IdempotencyKey;
use crate::id::{EditId, EventId, EventSlug, PhotoId, StyleKey, TaskId, TenantId};
use crate::money::MicroUsd;
use crate::provider::ProviderName;
use crate::settings::{ProviderMode, Settings};

/// Attempts an edit gets at one provider before a passing failure ends it there.
pub const MAX_ATTEMPTS: u32 = 3;
/// What a guest is promised at admission: an answer, good or bad, within this time.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// What an edit gets from its first claim on, or after it was held back, also where its deadline is near or past.
pub const ATTEMPT_PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// What the first provider leaves to the one it falls back to.
pub const FALLBACK_PATIENCE: SignedDuration = SignedDuration::from_mins(3);

/// Where an edit stands. The last three are terminal and never change again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Admitted and paid for in advance; waits for a worker, or for its next attempt.
    Queued,
    /// A worker has claimed it; the attempt is, or may be, at the provider.
    Processing,
    /// Our watermarked copy is in the bucket; the money is settled.
    Succeeded,
    /// It ended without a picture; the money was given back.
    Failed,
    /// Prompt safety or moderation refused it; nothing was charged.
    Blocked,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Processing,
        Self::Succeeded,
        Self::Failed,
        Self::Blocked,
    ];

    /// The name in answers and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
        }
    }

    /// Whether it never changes again.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Blocked)
    }
}

/// Who asked for an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Origin {
    /// A guest, known only by the keyed hash of its id.
    Guest {
        /// See [`crate::scope`].
        scope_hash: String,
    },
    /// The organiser.
    Tenant,
}

/// One try of an edit at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// 1, 2, …
    pub number: u32,
    /// Who.
    pub provider: ProviderName,
    /// With what.
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
    /// How it ended: `succeeded`, or the failure code of the attempt.
    #[serde(default)]
    pub outcome: Option<String>,
    /// The provider's own code and words, for operators.
    #[serde(default)]
    pub detail: Option<String>,
    /// What the provider says it cost.
    #[serde(default)]
    pub cost_micro_usd: Option<MicroUsd>,
}

/// Our copy of a finished picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOutput {
    /// Key in the bucket.
    pub object_key: String,
    /// Key of the thumbnail.
    pub thumbnail_key: String,
    /// `image/jpeg`.
    pub mime_type: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Size of the picture.
    pub bytes: u64,
    /// Hex digest of the picture.
    pub sha256: String,
}

/// Links to it that work for a while.
#[derive(Debug, Clone)]
pub struct OutputLinks {
    /// What is there.
    pub stored: StoredOutput,
    /// The picture.
    pub url: String,
    /// 480 pixels.
    pub thumbnail_url: String,
}

/// How an edit failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which way.
    pub code: FailureCode,
    /// For operators: the provider's code and words, never a prompt.
    #[serde(default)]
    pub detail: Option<String>,
}

/// One job for one photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Made by us.
    pub id: EditId,
    /// The event it belongs to.
    pub event_id: EventId,
    /// The event's tenant, who pays.
    pub tenant_id: TenantId,
    /// The event's slug at admission: part of the storage path.
    pub event_slug: EventSlug,
    /// The photo it starts from.
    pub photo_id: PhotoId,
    /// Where the photo is in the bucket: under the slug that the event had when it was uploaded.
    #[serde(default)]
    pub photo_object_key: String,
    /// Who asked.
    pub origin: Origin,
    /// Whether it counts among the guest's edits under way, because the event limits them.
    #[serde(default)]
    pub counts_for_guest: bool,
    /// The key it was asked for under: its record goes when the edit goes.
    #[serde(default)]
    pub idempotency_key: Option<IdempotencyKey>,
    /// Where it stands.
    pub status: Status,
    /// The style, if one was chosen.
    pub style_key: Option<StyleKey>,
    /// The style's version at admission (row P3).
    pub style_version: Option<u32>,
    /// The caller's own words.
    pub prompt: Option<String>,
    /// The caller's own words.
    pub negative_prompt: Option<String>,
    /// What the provider is told: the style's template with the caller's words inside.
    pub rendered_prompt: String,
    /// What the provider is told to leave out.
    pub rendered_negative_prompt: Option<String>,
    /// The provider of the current or next attempt.
    pub provider: ProviderName,
    /// The model of the current or next attempt.
    pub model: String,
    /// The seed it ran with, as the provider reported it.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Attempts claimed so far; the current one while processing.
    pub attempt: u32,
    /// Every attempt, in order.
    pub attempts: Vec<Attempt>,
    /// Polls of the last attempt, as far as they were counted when it ended.
    pub polls: u32,
    /// Time at the provider, from claim to result.
    #[serde(default)]
    pub provider_latency_ms: Option<u64>,
    /// The month its money belongs to.
    pub month: String,
    /// What the current or next attempt is expected to cost; absent: all that is reserved.
    #[serde(default)]
    pub estimate_micro_usd: Option<MicroUsd>,
    /// Reserved, at admission and on the way to another provider.
    pub reserved_micro_usd: MicroUsd,
    /// The real cost, once settled: what the providers charged for all attempts.
    #[serde(default)]
    pub cost_micro_usd: Option<MicroUsd>,
    /// Our copy.
    #[serde(default)]
    pub output: Option<StoredOutput>,
    /// The provider's copy; does not live long.
    #[serde(default)]
    pub provider_url: Option<String>,
    /// What went wrong.
    #[serde(default)]
    pub failure: Option<Failure>,
    /// When it was admitted.
    pub created_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
    /// When it became terminal.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// When it fails if nothing else has happened.
    pub deadline_at: Timestamp,
}

impl Attempt {
    /// Whether it was really sent to its provider.
    pub fn mode_or(&self, settings: &Settings) -> ProviderMode {
        self.mode.unwrap_or_else(|| settings.mode_of(self.provider))
    }

    /// How it failed; `None` while it is under way, and where it succeeded.
    pub fn failure_code(&self) -> Option<FailureCode> {
        FailureCode::ALL
            .into_iter()
            .find(|code| self.outcome.as_deref() == Some(code.code()))
    }
}

impl Edit {
    /// The current attempt, or the last; `None` before the first.
    pub fn current_attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// How often it was tried at a provider.
    pub fn tries_at(&self, provider: ProviderName) -> u32 {
        let tries = self
            .attempts
            .iter()
            .filter(|attempt| attempt.provider == provider);
        u32::try_from(tries.count()).unwrap_or(u32::MAX)
    }

    /// Whether it may go on at this provider instead: never where it has been, so that there is no loop.
    pub fn may_move_to(&self, provider: ProviderName) -> bool {
        provider != self.provider && self.tries_at(provider) == 0
    }

    /// What the current or next attempt is expected to cost.
    pub fn estimate(&self) -> MicroUsd {
        self.estimate_micro_usd.unwrap_or(self.reserved_micro_usd)
    }

    /// What the providers have charged so far, as far as they said.
    pub fn charged(&self) -> MicroUsd {
        self.attempts
            .iter()
            .filter_map(|attempt| attempt.cost_micro_usd)
            .sum()
    }

    /// The bucket key of the finished picture. One edit has one picture, so a second finisher writes the same
    /// object instead of an orphan.
    pub fn output_key(&self) -> String {
        format!("events/{}/ai-edits/{}.jpg", self.event_slug, self.id)
    }

    /// The bucket key of its thumbnail.
    pub fn thumbnail_key(&self) -> String {
        format!("events/{}/ai-edits/{}.thumb.jpg", self.event_slug, self.id)
    }
}
