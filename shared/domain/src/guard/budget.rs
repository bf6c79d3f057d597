//! Layer 4: the tenant's month has room for one more edit.
//!
//! This reading keeps the order of refusals; what enforces the cap is the condition in the admission transaction.

use super::refusal::Refusal;
use super::request::{CounterpartCost, EditRequest, Facts};
use super::style;
use crate::money::MicroUsd;
use crate::settings::Settings;
use crate::style::Style;

/// The cap that the reservation must respect, if one is enforced now.
pub fn check(request: &EditRequest, facts: &Facts<'_>) -> Result<Option<MicroUsd>, Refusal> {
    let cap = facts.caps.enforced_cap(facts.now);
    let style = measured(request, facts);
    let needed = style.map_or(MicroUsd::ZERO, |style| {
        reserve(style, facts.settings, facts.counterpart_cost)
    });
    match cap {
        Some(cap) if facts.month.committed + needed > cap => Err(Refusal::BudgetHardCapReached),
        _ if is_too_dear(style, facts) => Err(Refusal::BudgetSoftCapStyle),
        _ => Ok(cap),
    }
}

/// The reservation for an edit of this style: its price at its provider, or at the fallback if that is dearer.
pub fn reserve(style: &Style, settings: &Settings, counterpart_cost: CounterpartCost) -> MicroUsd {
    let own = style.estimated_cost_micro_usd;
    let provider = style.provider.unwrap_or(settings.default_provider);
    let there = settings
        .fallback_provider
        .and_then(|fallback| counterpart_cost(provider, &style.provider_model, fallback));
    there.map_or(own, |there| own.max(there))
}

/// Above the soft cap a tenant may have chosen to allow cheap styles only.
fn is_too_dear(style: Option<&Style>, facts: &Facts<'_>) -> bool {
    let estimate = style.map_or(MicroUsd::ZERO, |style| style.estimated_cost_micro_usd);
    let above = facts
        .caps
        .soft_cap_micro_usd
        .is_some_and(|cap| facts.month.committed + estimate > cap);
    above
        && facts
            .caps
            .soft_cap_max_style_cost_micro_usd
            .is_some_and(|most| estimate > most)
}

/// The style whose price counts: the requested one, or the one whose model a prompt alone gets. Where there is no such
/// style, the cheapest active one, so that a full budget answers before a wrong style does.
fn measured<'a>(request: &EditRequest, facts: &Facts<'a>) -> Option<&'a Style> {
    let requested = match &request.style_key {
        Some(key) => facts.styles.iter().find(|style| style.key == *key),
        None => style::of_prompt_alone(facts),
    };
    requested.or_else(|| style::cheapest(facts.styles.iter().filter(|style| style.is_active)))
}
