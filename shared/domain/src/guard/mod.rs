//! The seven layers of protection, one file each, cheapest refusal first.
//!
//! The first layer that refuses decides the answer; a later one is not consulted. Layers 1 to 6 are decided here,
//! purely; layer 7 says what happens to an edit that passed.

pub mod abuse;
pub mod budget;
pub mod enabled;
pub mod entitlement;
pub mod policy;
pub mod queue;
pub mod safety;
pub mod style;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use budget::reserve;
pub use entitlement::GrantedBy;
pub use queue::Dispatch;

use crate::budget::{BudgetCaps, BudgetMonth};
use crate::event::Event;
use crate::id::StyleKey;
use crate::money::MicroUsd;
use crate::provider::ProviderName;
use crate::settings::Settings;
use crate::style::Style;

/// Who is asking: tenants may use the feature while guests are still locked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Somebody with an event token.
    Guest,
    /// The organiser.
    Tenant,
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditRequest {
    /// A style, or
    pub style_key: Option<StyleKey>,
    /// a prompt, or both.
    pub prompt: Option<String>,
    /// What the picture should not show.
    pub negative_prompt: Option<String>,
}

impl EditRequest {
    /// Whether the caller wrote anything of its own.
    pub fn has_custom_prompt(&self) -> bool {
        self.prompt.is_some() || self.negative_prompt.is_some()
    }
}

/// What the counterpart of a provider's model costs at another provider; `None`: there is none, or it costs the same.
pub type CounterpartCost = fn(ProviderName, &str, ProviderName) -> Option<MicroUsd>;

/// Everything the layers look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// In force now.
    pub settings: &'a Settings,
    /// The event asked for.
    pub event: &'a Event,
    /// The tenant's caps.
    pub caps: &'a BudgetCaps,
    /// The tenant's month so far.
    pub month: BudgetMonth,
    /// What is under way already.
    pub load: Load,
    /// Every style there is.
    pub styles: &'a [Style],
    /// How long a prompt each model of a provider takes, in characters.
    pub prompt_limits: fn(ProviderName, &str) -> (usize, usize),
    /// What a model costs elsewhere.
    pub counterpart_cost: CounterpartCost,
    /// The time of the request.
    pub now: Timestamp,
}

/// Edits that are under way: admitted and not terminal.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// In the event's month.
    pub of_event: i64,
    /// Of this guest.
    pub of_guest: i64,
}

/// Why a request is refused.
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
    /// Layer 4.
    BudgetHardCapReached,
    /// Layer 4: above the soft cap, this style is too dear.
    BudgetSoftCapStyle,
    /// Layer 5: not on the event's list, or switched off.
    StyleNotAllowed,
    /// Layer 5: asks for more than the event has.
    StyleLocked,
    /// Layer 5: a field of the request does not fit. JSON pointer and what to do.
    Invalid {
        /// Which field, as a JSON pointer.
        pointer: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// Layer 6.
    PromptBlocked,
}

/// A layer of protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// 1: globally enabled.
    Enabled,
    /// Between 1 and 2: too many blocked prompts in this hour.
    Abuse,
    /// 2: entitled.
    Entitlement,
    /// 3: event policy.
    Policy,
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
        match self {
            Self::Enabled => "enabled",
            Self::Abuse => "abuse",
            Self::Entitlement => "entitlement",
            Self::Policy => "policy",
            Self::Budget => "budget",
            Self::Style => "style",
            Self::Safety => "safety",
        }
    }
}

impl Refusal {
    /// Which layer refused.
    pub const fn layer(&self) -> Layer {
        match self {
            Self::FeatureDisabled(_) => Layer::Enabled,
            Self::FeatureLocked => Layer::Entitlement,
            Self::EventPolicyBlocked(_) | Self::TooManyInFlight => Layer::Policy,
            Self::BudgetHardCapReached | Self::BudgetSoftCapStyle => Layer::Budget,
            Self::StyleNotAllowed | Self::StyleLocked | Self::Invalid { .. } => Layer::Style,
            Self::PromptBlocked => Layer::Safety,
        }
    }
}

/// What a request that passed layers 1 to 6 becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// What unlocked the feature.
    pub granted_by: GrantedBy,
    /// The style's version, if a style was chosen.
    pub style_version: Option<u32>,
    /// What it is expected to cost.
    pub estimate: MicroUsd,
    /// What to reserve: as much as the dearer of the providers takes that may make it.
    pub reserve: MicroUsd,
    /// The cap that the reservation must respect when it is written.
    pub cap: Option<MicroUsd>,
    /// Who makes it.
    pub provider: ProviderName,
    /// With what.
    pub model: String,
    /// What the provider is told.
    pub rendered_prompt: String,
    /// What the provider is told to leave out.
    pub rendered_negative_prompt: Option<String>,
}

/// A refusal, and for a blocked prompt what would have been sent: it is stored as a blocked edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Passed.
    Approved(Box<Approval>),
    /// Refused by layers 2 to 5; nothing is stored.
    Refused(Refusal),
    /// Refused by layer 6.
    PromptBlocked(Box<Approval>),
}

/// Layers 2 to 6, in order. Layer 1 is [`enabled::check`], which callers ask before they read anything.
pub fn check(request: &EditRequest, facts: &Facts<'_>) -> Verdict {
    match approve(request, facts) {
        Err(refusal) => Verdict::Refused(refusal),
        Ok(approval) if safety::is_blocked(request, facts.settings, &facts.event.policy) => {
            Verdict::PromptBlocked(Box::new(approval))
        }
        Ok(approval) => Verdict::Approved(Box::new(approval)),
    }
}

fn approve(request: &EditRequest, facts: &Facts<'_>) -> Result<Approval, Refusal> {
    let granted_by = entitlement::check(facts.event, facts.now)?;
    policy::check(request, &facts.event.policy, facts.load)?;
    let cap = budget::check(request, facts)?;
    let choice = style::check(request, facts)?;
    Ok(Approval {
        granted_by,
        style_version: choice.chosen.then_some(choice.style.version),
        estimate: choice.style.estimated_cost_micro_usd,
        reserve: reserve(choice.style, facts.settings, facts.counterpart_cost),
        cap,
        provider: choice.style.provider.unwrap_or(facts.settings.default_provider),
        model: choice.style.provider_model.clone(),
        rendered_prompt: choice.rendered_prompt,
        rendered_negative_prompt: choice.rendered_negative_prompt,
    })
}
