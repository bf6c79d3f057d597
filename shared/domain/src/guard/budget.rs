//! Layer 4: the tenant's month has room for one more edit.
//!
//! This reading keeps the order of refusals; what enforces the cap is the condition in the admission transaction.

use super::{EditRequest, Facts, Refusal, style};
use crate::money::MicroUsd;
use crate::style::Style;

/// The cap that the reservation must respect, if one is enforced now.
pub fn check(request: &EditRequest, facts: &Facts<'_>) -> Result<Option<MicroUsd>, Refusal> {
    let cap = facts.caps.enforced_cap(facts.now);
    match cap {
        Some(cap) if facts.month.committed + estimate(request, facts) > cap => {
            Err(Refusal::BudgetHardCapReached)
        }
        _ if is_too_dear(estimate(request, facts), facts) => Err(Refusal::BudgetSoftCapStyle),
        _ => Ok(cap),
    }
}

/// Above the soft cap a tenant may have chosen to allow cheap styles only.
fn is_too_dear(estimate: MicroUsd, facts: &Facts<'_>) -> bool {
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

/// The requested style's estimate; where the style is unknown, the cheapest active one's, so that a full budget
/// answers before a wrong style does.
fn estimate(request: &EditRequest, facts: &Facts<'_>) -> MicroUsd {
    let requested = request
        .style_key
        .as_ref()
        .and_then(|key| facts.styles.iter().find(|style| style.key == *key));
    let estimate = |style: &Style| style.estimated_cost_micro_usd;
    requested
        .map(estimate)
        .or_else(|| style::cheapest(facts.styles.iter().filter(|style| style.is_active)).map(estimate))
        .unwrap_or(MicroUsd::ZERO)
}
