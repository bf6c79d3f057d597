//! How an edit can end badly. Each code owns its policy.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::status::Status;

/// The reason of an edit that ended without a picture.
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
pub enum FailureCode {
    /// No result within the polls or the time allowed.
    ProviderTimeout,
    /// The provider failed, more often than we try.
    ProviderError,
    /// The provider found the request wrong.
    ProviderRejected,
    /// The provider does not accept our key.
    ProviderAuth,
    /// Our account at the provider is empty or limited.
    ProviderQuota,
    /// The provider's moderation refused prompt, photo or result.
    Moderated,
    /// Our own prompt safety refused the prompt.
    PromptBlocked,
    /// The photo is missing, damaged, or no photo.
    PhotoInvalid,
    /// The provider's output is no usable picture.
    OutputInvalid,
    /// The provider's output could not or must not be fetched.
    OutputUnavailable,
    /// The provider failed, and the budget has no room for another one that costs more.
    BudgetHardCapReached,
    /// An operator ended a stuck edit.
    RecoveredAsFailed,
}

impl FailureCode {
    /// All codes.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The stable code that clients branch on.
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// The message for the guest: what happened and what to do.
    pub const fn message(self) -> &'static str {
        match self {
            Self::ProviderTimeout => "This took too long. Please try again.",
            Self::ProviderError
            | Self::ProviderAuth
            | Self::ProviderQuota
            | Self::BudgetHardCapReached
            | Self::RecoveredAsFailed => {
                "Something went wrong while making your picture. Please try again later."
            }
            Self::ProviderRejected => "This photo and style do not work together. Please try another style.",
            Self::Moderated => {
                "The picture could not be made with this photo and style. Please try another style."
            }
            Self::PromptBlocked => "Please describe your picture in other words.",
            Self::PhotoInvalid => {
                "The photo could not be read. Please upload it again, as JPEG, PNG or WebP."
            }
            Self::OutputInvalid | Self::OutputUnavailable => {
                "The finished picture could not be delivered. Please try again."
            }
        }
    }

    /// Whether the same request may well succeed when it is made again.
    pub const fn retryable(self) -> bool {
        match self {
            Self::ProviderTimeout
            | Self::ProviderError
            | Self::ProviderAuth
            | Self::ProviderQuota
            | Self::OutputInvalid
            | Self::OutputUnavailable
            | Self::BudgetHardCapReached
            | Self::RecoveredAsFailed => true,
            Self::ProviderRejected | Self::Moderated | Self::PromptBlocked | Self::PhotoInvalid => false,
        }
    }

    /// Whether it counts in the provider failure rate.
    pub const fn is_provider_failure(self) -> bool {
        match self {
            Self::ProviderTimeout
            | Self::ProviderError
            | Self::ProviderRejected
            | Self::ProviderAuth
            | Self::ProviderQuota
            | Self::OutputInvalid
            | Self::OutputUnavailable => true,
            Self::Moderated
            | Self::PromptBlocked
            | Self::PhotoInvalid
            | Self::BudgetHardCapReached
            | Self::RecoveredAsFailed => false,
        }
    }

    /// The terminal state an edit gets with it.
    pub const fn status(self) -> Status {
        match self {
            Self::Moderated | Self::PromptBlocked => Status::Blocked,
            _ => Status::Failed,
        }
    }
}
