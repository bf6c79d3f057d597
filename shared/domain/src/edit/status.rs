//! Where an edit stands.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// Where an edit stands. The last three are terminal and never change again.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
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
    /// All statuses.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in answers and in the table.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// Whether it never changes again.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Blocked)
    }
}
