//! Layer 5: the style may be used at this event.

use jiff::Timestamp;

use super::refusal::Refusal;
use super::request::{EditRequest, Facts};
use crate::event::{Event, FEATURE_PREMIUM_STYLES};
use crate::id::StyleKey;
use crate::style::Style;

/// The style that an edit runs with.
#[derive(Debug)]
pub struct Choice<'a> {
    /// Its provider, model and price.
    pub style: &'a Style,
    /// Whether the caller chose it; otherwise only its model serves a free prompt.
    pub chosen: bool,
    /// The prompt for the provider.
    pub rendered_prompt: String,
    /// The negative prompt for the provider.
    pub rendered_negative_prompt: Option<String>,
}

/// An event's access to a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It may.
    Open,
    /// Switched off, or not on the event's list.
    NotAllowed,
    /// Needs more than the event has.
    Locked,
}

/// The requested style, if the event may use it.
pub fn check<'a>(request: &EditRequest, facts: &Facts<'a>) -> Result<Choice<'a>, Refusal> {
    let choice = match &request.style_key {
        Some(key) => chosen(key, request, facts)?,
        None => free(request, facts)?,
    };
    check_lengths(&choice, facts)?;
    Ok(choice)
}

/// The requested style, with the caller's words inside its own.
fn chosen<'a>(key: &StyleKey, request: &EditRequest, facts: &Facts<'a>) -> Result<Choice<'a>, Refusal> {
    let style = facts
        .styles
        .iter()
        .find(|style| style.key == *key)
        .ok_or_else(|| Refusal::Invalid {
            pointer: "/style_key",
            detail: "There is no such style.".to_owned(),
        })?;
    match access(style, facts.event, facts.now) {
        Access::Open => (),
        Access::NotAllowed => return Err(Refusal::StyleNotAllowed),
        Access::Locked => return Err(Refusal::StyleLocked),
    }
    if request.prompt.is_some() && !style.takes_prompt() {
        return Err(Refusal::Invalid {
            pointer: "/prompt",
            detail: "This style takes no prompt; send the style alone.".to_owned(),
        });
    }
    Ok(Choice {
        style,
        chosen: true,
        rendered_prompt: style.render(request.prompt.as_deref()),
        rendered_negative_prompt: style.render_negative(request.negative_prompt.as_deref()),
    })
}

/// The style whose model a prompt alone gets: the cheapest that the event may use.
pub(super) fn of_prompt_alone<'a>(facts: &Facts<'a>) -> Option<&'a Style> {
    let open = facts
        .styles
        .iter()
        .filter(|style| access(style, facts.event, facts.now) == Access::Open);
    cheapest(open)
}

/// The caller's words alone, on the model of the cheapest style that the event may use.
fn free<'a>(request: &EditRequest, facts: &Facts<'a>) -> Result<Choice<'a>, Refusal> {
    let style = of_prompt_alone(facts).ok_or(Refusal::StyleNotAllowed)?;
    let trimmed = |words: &Option<String>| words.as_deref().unwrap_or_default().trim().to_owned();
    Ok(Choice {
        style,
        chosen: false,
        rendered_prompt: trimmed(&request.prompt),
        rendered_negative_prompt: Some(trimmed(&request.negative_prompt)).filter(|words| !words.is_empty()),
    })
}

fn check_lengths(choice: &Choice<'_>, facts: &Facts<'_>) -> Result<(), Refusal> {
    let (least, most) = (facts.prompt_limits)(
        choice.style.provider.unwrap_or(facts.settings.default_provider),
        &choice.style.provider_model,
    );
    let length = choice.rendered_prompt.chars().count();
    if length < least {
        let detail = format!("The prompt is too short: this style needs at least {least} characters.");
        return Err(Refusal::Invalid {
            pointer: "/prompt",
            detail,
        });
    }
    let negative_length = choice
        .rendered_negative_prompt
        .as_ref()
        .map_or(0, |prompt| prompt.chars().count());
    for (pointer, length) in [("/prompt", length), ("/negative_prompt", negative_length)] {
        if length > most {
            let detail = format!(
                "The prompt is too long by {} characters for this style.",
                length - most
            );
            return Err(Refusal::Invalid { pointer, detail });
        }
    }
    Ok(())
}

/// Whether an event may use a style.
pub fn access(style: &Style, event: &Event, now: Timestamp) -> Access {
    if !is_allowed(style, event) {
        Access::NotAllowed
    } else if is_unlocked(style, event, now) {
        Access::Open
    } else {
        Access::Locked
    }
}

/// Whether the style is switched on, and on the event's list.
pub fn is_allowed(style: &Style, event: &Event) -> bool {
    let listed = &event.policy.allowed_style_keys;
    style.is_active && (listed.is_empty() || listed.contains(&style.key))
}

/// Whether the event has what the style asks for.
pub fn is_unlocked(style: &Style, event: &Event, now: Timestamp) -> bool {
    let profile = &style.entitlements;
    let has_features = profile
        .required_features
        .iter()
        .all(|feature| event.has_feature(feature));
    let has_addons = profile
        .required_addons
        .iter()
        .all(|addon| event.has_addon(addon, now));
    let is_paid_for = !style.is_premium || !profile.is_empty() || event.has_feature(FEATURE_PREMIUM_STYLES);
    has_features && has_addons && is_paid_for
}

/// The cheapest of these styles; of equal prices the first by key.
pub fn cheapest<'a>(styles: impl Iterator<Item = &'a Style>) -> Option<&'a Style> {
    styles.min_by(|a, b| (a.estimated_cost_micro_usd, &a.key).cmp(&(b.estimated_cost_micro_usd, &b.key)))
}
