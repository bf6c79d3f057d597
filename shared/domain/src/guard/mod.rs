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
pub mod rate;
mod refusal;
mod request;
pub mod safety;
pub mod style;
#[cfg(test)]
mod tests;

pub use budget::reserve;
pub use entitlement::GrantedBy;
pub use queue::Dispatch;
pub use refusal::{Layer, Refusal};
pub use request::{Audience, CounterpartCost, EditRequest, Facts, Load};

use crate::money::MicroUsd;
use crate::provider::ProviderName;

/// The decision about a request that passed layers 1 to 6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// What unlocked the feature.
    pub granted_by: GrantedBy,
    /// The style's version, if a style was chosen.
    pub style_version: Option<u32>,
    pub estimate: MicroUsd,
    /// The reservation: the price of the dearer of the providers that may make it.
    pub reserve: MicroUsd,
    /// The cap that the reservation must respect when it is written.
    pub cap: Option<MicroUsd>,
    pub provider: ProviderName,
    pub model: String,
    /// The prompt for the provider.
    pub rendered_prompt: String,
    /// The negative prompt for the provider.
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
    rate::check(facts.settings, &facts.edits_of_hour, facts.now)?;
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
