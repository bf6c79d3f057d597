//! Styles: prepared prompts with a provider, a model and a price.

use serde::{Deserialize, Serialize};

use crate::id::StyleKey;
use crate::money::MicroUsd;
use crate::provider::ProviderName;
use crate::text::cleaned;

/// The place in a template where a guest's own prompt goes.
pub const PROMPT_PLACEHOLDER: &str = "{prompt}";

/// A prepared prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Style {
    /// Chosen by the superadmin.
    pub key: StyleKey,
    /// For guests.
    pub name: String,
    /// For guests.
    #[serde(default)]
    pub description: String,
    /// A picture that shows what the style does.
    #[serde(default)]
    pub preview_url: Option<String>,
    /// Absent: the installation's `default_provider`.
    #[serde(default)]
    pub provider: Option<ProviderName>,
    /// The provider's name of the model, or `fake:…`.
    pub provider_model: String,
    /// With or without [`PROMPT_PLACEHOLDER`].
    pub prompt_template: String,
    #[serde(default)]
    pub negative_prompt_template: Option<String>,
    /// Off: cannot be used, stays for the edits made with it.
    pub is_active: bool,
    /// Asks for more than the basic feature.
    #[serde(default)]
    pub is_premium: bool,
    #[serde(default)]
    pub entitlements: EntitlementProfile,
    /// The estimate of one edit; reserved at admission.
    pub estimated_cost_micro_usd: MicroUsd,
    /// Order in lists, ascending, then by key.
    #[serde(default)]
    pub sort: i32,
    /// Grows with every change.
    #[serde(default = "first_version")]
    pub version: u32,
    /// Whether an edit was made with it or an event's list names it: it can be switched off then, not erased. Set
    /// before the first use and never taken back.
    #[serde(default)]
    pub used: bool,
}

const fn first_version() -> u32 {
    1
}

/// The entitlements that an event needs before it may use a style.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntitlementProfile {
    /// All of these package features.
    pub required_features: Vec<String>,
    /// All of these add-ons, completed and unexpired.
    pub required_addons: Vec<String>,
}

impl EntitlementProfile {
    /// Whether it needs nothing.
    pub fn is_empty(&self) -> bool {
        self.required_features.is_empty() && self.required_addons.is_empty()
    }
}

impl Style {
    /// Whether a guest's own prompt has a place in this style.
    pub fn takes_prompt(&self) -> bool {
        self.prompt_template.contains(PROMPT_PLACEHOLDER)
    }

    /// The prompt that goes to the provider. The guest's words are put in once and never read as a template.
    pub fn render(&self, prompt: Option<&str>) -> String {
        let words = prompt.unwrap_or_default().trim();
        collapse_spaces(&self.prompt_template.replace(PROMPT_PLACEHOLDER, words))
    }

    /// The negative prompt that goes to the provider: the style's, then the guest's.
    pub fn render_negative(&self, negative_prompt: Option<&str>) -> Option<String> {
        let parts: Vec<&str> = [self.negative_prompt_template.as_deref(), negative_prompt]
            .into_iter()
            .flatten()
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        (!parts.is_empty()).then(|| cleaned(&parts.join(", ")))
    }
}

/// An empty placeholder leaves a gap; providers count characters. Hidden characters of a template that was stored before
/// they were refused stay out.
fn collapse_spaces(text: &str) -> String {
    cleaned(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A style for tests, with every field that a test does not care about filled in.
#[cfg(any(test, feature = "testing"))]
#[allow(clippy::expect_used)] // the key is the test's
pub fn sample(key: &str) -> Style {
    Style {
        key: key.parse().expect("a valid key"),
        name: key.to_owned(),
        description: String::new(),
        preview_url: None,
        provider: None,
        provider_model: "fake:ok".to_owned(),
        prompt_template: "as a watercolour {prompt}".to_owned(),
        negative_prompt_template: None,
        is_active: true,
        is_premium: false,
        entitlements: EntitlementProfile::default(),
        estimated_cost_micro_usd: MicroUsd::new(40_000),
        sort: 0,
        version: 1,
        used: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guests_words_go_inside_the_template_and_are_not_a_template() {
        let style = sample("watercolour");
        assert_eq!(style.render(Some(" with  snow ")), "as a watercolour with snow");
        assert_eq!(style.render(None), "as a watercolour");
        assert_eq!(
            style.render(Some("{prompt}{prompt}")),
            "as a watercolour {prompt}{prompt}"
        );
    }

    #[test]
    fn negative_prompts_add_up() {
        let mut style = sample("watercolour");
        assert_eq!(style.render_negative(None), None);
        style.negative_prompt_template = Some("blurry".to_owned());
        assert_eq!(
            style.render_negative(Some("text")).as_deref(),
            Some("blurry, text")
        );
        assert_eq!(style.render_negative(Some("  ")).as_deref(), Some("blurry"));
    }
}
