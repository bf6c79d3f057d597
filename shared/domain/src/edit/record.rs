//! An edit as the table keeps it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::arrival::Arrival;
use super::attempt::Attempt;
use super::failure::FailureCode;
use super::status::Status;
use crate::id::{EditId, EventId, EventSlug, PhotoId, StyleKey, TenantId};
use crate::idempotency::IdempotencyKey;
use crate::money::MicroUsd;
use crate::provider::ProviderName;

/// An organiser's word on an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Review {
    /// Others may see it.
    Approved,
    /// Nobody else sees it, whatever the gallery is.
    Hidden,
}

impl Review {
    pub const fn as_str(self) -> &'static str {
        self.into_str()
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

/// Our copy of a finished picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOutput {
    /// Key in the bucket.
    pub object_key: String,
    /// Key of the thumbnail.
    pub thumbnail_key: String,
    /// `image/jpeg`.
    pub mime_type: String,
    pub width: u32,
    pub height: u32,
    /// Size of the picture.
    pub bytes: u64,
    /// Hex digest of the picture.
    pub sha256: String,
}

/// Links to it that work for a while.
#[derive(Debug, Clone)]
pub struct OutputLinks {
    pub stored: StoredOutput,
    /// The picture.
    pub url: String,
    /// 480 pixels.
    pub thumbnail_url: String,
    /// Both work at least until then.
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
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
    pub origin: Origin,
    /// Whether it counts among the guest's edits under way, because the event limits them.
    #[serde(default)]
    pub counts_for_guest: bool,
    /// Whether it counts among the event's edits under way, because the event limits them.
    #[serde(default)]
    pub counts_for_event: bool,
    /// What it found in the queue; absent: it was admitted before this was kept, or it never waited.
    #[serde(default)]
    pub arrival: Option<Arrival>,
    /// The idempotency key of its request: the record goes when the edit goes.
    #[serde(default)]
    pub idempotency_key: Option<IdempotencyKey>,
    /// Where it stands.
    pub status: Status,
    /// The style, if one was chosen.
    pub style_key: Option<StyleKey>,
    /// The style's version at admission.
    pub style_version: Option<u32>,
    /// The caller's own words.
    pub prompt: Option<String>,
    /// The caller's own words.
    pub negative_prompt: Option<String>,
    /// The prompt for the provider: the style's template with the caller's words inside.
    pub rendered_prompt: String,
    /// The negative prompt for the provider.
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
    /// The estimate of the current or next attempt; absent: the whole reservation.
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
    #[serde(default)]
    pub failure: Option<Failure>,
    /// What the organiser has said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// When somebody deleted it while it was under way: it is finished and paid for, and nobody sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// When it was admitted.
    pub created_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
    /// When it became terminal.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// The edit fails at this time if nothing else has happened.
    pub deadline_at: Timestamp,
}

impl Edit {
    /// The current attempt, or the last; `None` before the first.
    pub fn current_attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// The number of its attempts at a provider.
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

    /// The estimate of the current or next attempt.
    pub fn estimate(&self) -> MicroUsd {
        self.estimate_micro_usd.unwrap_or(self.reserved_micro_usd)
    }

    /// The sum of the charges that the providers reported so far.
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

    /// Every object it has or may have: a worker may have died between the picture and the move.
    pub fn object_keys(&self) -> Vec<String> {
        let mut keys = vec![self.output_key(), self.thumbnail_key()];
        if let Some(output) = &self.output {
            keys.extend([output.object_key.clone(), output.thumbnail_key.clone()]);
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The bucket key of its thumbnail.
    pub fn thumbnail_key(&self) -> String {
        format!("events/{}/ai-edits/{}.thumb.jpg", self.event_slug, self.id)
    }
}
