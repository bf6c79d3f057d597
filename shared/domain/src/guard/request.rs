//! What the layers look at: the request and the facts around it.

use jiff::Timestamp;

use super::rate::EditsOfHour;
use crate::budget::{BudgetCaps, BudgetMonth};
use crate::event::Event;
use crate::id::StyleKey;
use crate::money::MicroUsd;
use crate::provider::ProviderName;
use crate::settings::Settings;
use crate::style::Style;

/// The caller's audience: tenants may use the feature while guests are still locked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Somebody with an event token.
    Guest,
    /// The organiser.
    Tenant,
}

/// The edit that a caller asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditRequest {
    /// A style, or
    pub style_key: Option<StyleKey>,
    /// a prompt, or both.
    pub prompt: Option<String>,
    pub negative_prompt: Option<String>,
}

impl EditRequest {
    /// Whether the caller wrote words of its own.
    pub fn has_custom_prompt(&self) -> bool {
        self.prompt.is_some() || self.negative_prompt.is_some()
    }
}

/// The price of a model's counterpart at another provider; `None`: there is none, or it costs the same.
pub type CounterpartCost = fn(ProviderName, &str, ProviderName) -> Option<MicroUsd>;

/// Everything that the layers look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// In force now.
    pub settings: &'a Settings,
    /// The event of the request.
    pub event: &'a Event,
    /// The tenant's caps.
    pub caps: &'a BudgetCaps,
    /// The tenant's month so far.
    pub month: BudgetMonth,
    /// Edits already under way.
    pub load: Load,
    /// Edits that were admitted in this hour.
    pub edits_of_hour: EditsOfHour,
    /// Every style there is.
    pub styles: &'a [Style],
    /// The prompt limits of a provider's model, in characters.
    pub prompt_limits: fn(ProviderName, &str) -> (usize, usize),
    /// The price of a counterpart elsewhere.
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
