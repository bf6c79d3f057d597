//! Why a layer refuses a request, and which layer that is.

use strum::{IntoStaticStr, VariantArray};

/// The reason of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Layer 1; with the status message.
    FeatureDisabled(String),
    /// Layer 2.
    FeatureLocked,
    /// Layer 3; with the policy message.
    EventPolicyBlocked(String),
    /// Layer 3: as many edits under way as the policy allows.
    TooManyInFlight,
    /// Between layers 3 and 4: the guest or the event has had its edits of this hour; seconds until the hour ends.
    TooManyThisHour(u32),
    /// Layer 4.
    BudgetHardCapReached,
    /// Layer 4: above the soft cap, this style is too dear.
    BudgetSoftCapStyle,
    /// Layer 5: not on the event's list, or switched off.
    StyleNotAllowed,
    /// Layer 5: the style needs more than the event has.
    StyleLocked,
    /// Layer 5: a field of the request does not fit.
    Invalid {
        /// JSON pointer to the field.
        pointer: &'static str,
        /// What is wrong with it, and what to do.
        detail: String,
    },
    /// Layer 6.
    PromptBlocked,
}

/// A layer of protection, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Layer {
    /// 1: globally enabled.
    Enabled,
    /// Between 1 and 2: too many blocked prompts in this hour.
    Abuse,
    /// 2: entitled.
    Entitlement,
    /// 3: event policy.
    Policy,
    /// Between 3 and 4: too many edits in this hour.
    Rate,
    /// 4: budget.
    Budget,
    /// 5: style allowed.
    Style,
    /// 6: prompt safety.
    Safety,
}

impl Layer {
    /// The name in metrics.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

impl Refusal {
    /// The layer that refused.
    pub const fn layer(&self) -> Layer {
        match self {
            Self::FeatureDisabled(_) => Layer::Enabled,
            Self::FeatureLocked => Layer::Entitlement,
            Self::EventPolicyBlocked(_) | Self::TooManyInFlight => Layer::Policy,
            Self::TooManyThisHour(_) => Layer::Rate,
            Self::BudgetHardCapReached | Self::BudgetSoftCapStyle => Layer::Budget,
            Self::StyleNotAllowed | Self::StyleLocked | Self::Invalid { .. } => Layer::Style,
            Self::PromptBlocked => Layer::Safety,
        }
    }
}
