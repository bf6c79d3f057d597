//! Styles as they are managed.

use domain::style::EntitlementProfile;
use domain::{AddonKey, MicroUsd, ProviderName, Style, StyleKey};
use garde::{Error, Validate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MAX_KEY, MAX_LISTED, MAX_NAME, not_blank};

/// Longer than any model takes; each model's own limit is checked with the template.
const MAX_TEMPLATE: usize = 40_000;
const MAX_COST: i64 = MicroUsd::MAX_COST.get();

/// A style; it gets a new version where anything in it differs.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminStyleInput {
    /// For guests.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(not_blank))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// For guests.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    #[schema(max_length = 500)]
    pub description: String,
    /// A picture that shows what the style does.
    #[serde(default)]
    #[garde(inner(custom(https)))]
    #[schema(max_length = 2_048, pattern = "^https://")]
    pub preview_url: Option<String>,
    /// Null: the installation's default.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<super::settings::Provider>)]
    pub provider: Option<ProviderName>,
    /// The provider's name of the model.
    #[garde(length(chars, min = 1, max = 200), custom(not_blank))]
    #[schema(min_length = 1, max_length = 200)]
    pub provider_model: String,
    /// With or without `{prompt}`, the place of the guest's own words.
    #[garde(length(chars, min = 1, max = MAX_TEMPLATE))]
    #[schema(min_length = 1, max_length = 40_000)]
    pub prompt_template: String,
    /// What the picture should not show.
    #[serde(default)]
    #[garde(length(chars, max = MAX_TEMPLATE))]
    #[schema(max_length = 40_000)]
    pub negative_prompt_template: Option<String>,
    /// Off: cannot be used, stays for the edits made with it.
    #[garde(skip)]
    pub is_active: bool,
    /// Asks for more than the basic feature.
    #[serde(default)]
    #[garde(skip)]
    pub is_premium: bool,
    /// What exactly it asks for.
    #[serde(default)]
    #[garde(dive)]
    pub entitlements: EntitlementsInput,
    /// What one edit is expected to cost.
    #[garde(range(min = 0, max = MAX_COST))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub estimated_cost_micro_usd: i64,
    /// Order in lists, ascending, then by key.
    #[serde(default)]
    #[garde(skip)]
    pub sort: i32,
}

/// What an event must have before it may use a style.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EntitlementsInput {
    /// All of these package features.
    #[garde(length(max = MAX_LISTED), inner(length(chars, min = 1, max = MAX_KEY), ascii))]
    #[schema(max_items = 50)]
    pub required_features: Vec<String>,
    /// All of these add-ons.
    #[garde(length(max = MAX_LISTED))]
    #[schema(value_type = Vec<String>, max_items = 50)]
    pub required_addons: Vec<AddonKey>,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn https<T: AsRef<str>>(text: &T, (): &()) -> garde::Result {
    let text = text.as_ref();
    let rest = text.strip_prefix("https://").unwrap_or_default();
    if rest.is_empty() || text.len() > 2_048 || text.contains(char::is_whitespace) {
        Err(Error::new("must be an https URL of 2048 characters at most"))
    } else {
        Ok(())
    }
}

impl AdminStyleInput {
    /// The style of this key; version and use are not the caller's to say.
    pub fn into_style(self, key: StyleKey) -> Style {
        let entitlements = self.entitlements;
        Style {
            key,
            name: self.name,
            description: self.description,
            preview_url: self.preview_url,
            provider: self.provider,
            provider_model: self.provider_model,
            prompt_template: self.prompt_template,
            negative_prompt_template: self.negative_prompt_template,
            is_active: self.is_active,
            is_premium: self.is_premium,
            entitlements: EntitlementProfile {
                required_features: entitlements.required_features,
                required_addons: entitlements
                    .required_addons
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            },
            estimated_cost_micro_usd: MicroUsd::new(self.estimated_cost_micro_usd),
            sort: self.sort,
            version: 1,
            used: false,
        }
    }
}

/// A style as the superadmin sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminStyle)]
pub struct AdminStyleBody<'a> {
    #[schema(value_type = String)]
    key: &'a StyleKey,
    name: &'a str,
    description: &'a str,
    preview_url: Option<&'a str>,
    #[schema(value_type = Option<super::settings::Provider>)]
    provider: Option<ProviderName>,
    provider_model: &'a str,
    prompt_template: &'a str,
    negative_prompt_template: Option<&'a str>,
    is_active: bool,
    is_premium: bool,
    entitlements: EntitlementsBody<'a>,
    estimated_cost_micro_usd: i64,
    sort: i32,
    /// Grows with every change; edits name the one they were made with.
    version: u32,
    /// It can be switched off, not erased.
    used: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct EntitlementsBody<'a> {
    required_features: &'a [String],
    required_addons: &'a [String],
}

impl<'a> AdminStyleBody<'a> {
    /// A style.
    pub fn new(style: &'a Style) -> Self {
        Self {
            key: &style.key,
            name: &style.name,
            description: &style.description,
            preview_url: style.preview_url.as_deref(),
            provider: style.provider,
            provider_model: &style.provider_model,
            prompt_template: &style.prompt_template,
            negative_prompt_template: style.negative_prompt_template.as_deref(),
            is_active: style.is_active,
            is_premium: style.is_premium,
            entitlements: EntitlementsBody {
                required_features: &style.entitlements.required_features,
                required_addons: &style.entitlements.required_addons,
            },
            estimated_cost_micro_usd: style.estimated_cost_micro_usd.get(),
            sort: style.sort,
            version: style.version,
            used: style.used,
        }
    }
}
