//! Runtime settings: every field of [`Settings`] is one parameter in SSM, if somebody has set it.

mod copy;
mod key;
mod read;
mod rules;
mod value;

use std::time::Duration;

use garde::Validate;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use struct_field_names_as_array::FieldNamesAsSlice;
use url::Url;
use utoipa::ToSchema;

use crate::blocked_terms::BlockedTerms;
use crate::provider::ProviderName;
use crate::watermark::WatermarkSettings;

pub use crate::setting;
pub use copy::{SettingsCopy, texts_to_copy};
pub use key::Setting;
pub use read::{Substitute, UnusableText};
use rules::{
    fits_the_picture, https, is_queue_name, is_visible, output_hosts, unless_none, url, watermark_schema,
    within,
};
pub use value::{MAX_TEXT_BYTES, text_of};

pub use crate::provider::ProviderMode;

/// The settings in force. A new setting is a new field here; `docs/recipes.md` lists what else it needs.
///
/// A row holds, in this order: the description, the default, the rule for reading its text, the rule that every value
/// must meet, and what the API's document says beyond the type. A description in `///` is published in that document;
/// one in `//` is for this file alone.
#[derive(
    Debug, Clone, PartialEq, SmartDefault, FieldNamesAsSlice, Serialize, Deserialize, Validate, ToSchema,
)]
#[serde(default)]
#[garde(allow_unvalidated)]
pub struct Settings {
    /// Global kill switch.
    #[default(true)]
    pub is_enabled: bool,

    /// What a caller is told while it is off.
    #[default("AI edits are switched off for the moment. Please try again later.")]
    #[garde(length(chars, min = 1, max = 500), custom(is_visible))]
    #[schema(min_length = 1, max_length = 500)]
    pub status_message: String,

    /// Roll-out switch for guests alone.
    #[default(true)]
    pub guest_enabled: bool,

    /// Provider of styles that name none.
    #[default(ProviderName::Runware)]
    pub default_provider: ProviderName,

    /// Provider that takes over; null: none.
    #[serde(deserialize_with = "unless_none")]
    pub fallback_provider: Option<ProviderName>,

    // Whether Runware is really called.
    #[default(ProviderMode::Live)]
    pub runware_mode: ProviderMode,

    /// Whether a new edit is sent to the queue at once.
    pub queue_auto_dispatch: bool,

    /// The queue that edits are sent to; null: the stack's own.
    #[serde(deserialize_with = "unless_none")]
    #[garde(custom(is_queue_name))]
    #[schema(max_length = 80)]
    pub queue_name: Option<String>,

    // Polls before an edit fails as `provider_timeout`.
    #[default(60)]
    #[garde(custom(within(1, 1_000)))]
    #[schema(minimum = 1, maximum = 1_000)]
    pub queue_max_polls: u32,

    // Blocked prompt terms of the installation. `check` holds new terms to the published rules; older ones that break
    // them stay in force.
    /// Each with a letter, a digit or an emoji, 100 characters at most.
    #[schema(value_type = Vec<String>, max_items = 500)]
    pub blocked_terms: BlockedTerms,

    // Share of failures that raises an alert.
    #[default(0.35)]
    #[garde(custom(within(0.0, 1.0)))]
    #[schema(minimum = 0, maximum = 1)]
    pub failure_rate_alert_threshold: f64,

    // Edits below which there is no failure rate.
    #[default(10)]
    #[garde(custom(within(1, 1_000_000)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub failure_rate_min_samples: u32,

    // Provider latency that raises a warning.
    #[default(15_000)]
    #[garde(custom(within(1, 3_600_000)))]
    #[schema(minimum = 1, maximum = 3_600_000)]
    pub latency_warning_ms: u32,

    // At most one budget alert of a kind is raised in this time.
    #[default(30)]
    #[garde(custom(within(1, 43_200)))]
    #[schema(minimum = 1, maximum = 43_200)]
    pub budget_alert_cooldown_minutes: u32,

    // Blocked prompts of one guest in an hour before the guest is refused.
    #[default(25)]
    #[garde(custom(within(1, 1_000_000)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub abuse_escalation_threshold_per_hour: u32,

    // Blocked prompts from one address in an hour before everybody there is refused. Many guests share an address, and one
    // guest can make up new ids at will: so this limit is generous, and stands behind the guest's.
    #[default(250)]
    #[garde(custom(within(1, 1_000_000)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub abuse_address_threshold_per_hour: u32,

    // Photos that one guest may register in an hour.
    #[default(60)]
    #[garde(custom(within(1, 1_000_000)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub photos_per_guest_and_hour: u32,

    // Photos that may be registered from one address in an hour, by all guests there together.
    #[default(3_000)]
    #[garde(custom(within(1, 1_000_000)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub photos_per_address_and_hour: u32,

    // Photos that may be registered at one event in a month.
    #[default(20_000)]
    #[garde(custom(within(1, 10_000_000)))]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub photos_per_event_and_month: u32,

    // Edits that one guest may ask for in an hour.
    #[default(60)]
    #[garde(custom(within(1, 1_000_000)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub edits_per_guest_and_hour: u32,

    // Edits that may be asked for at one event in an hour. A guest can make up new ids at will: so this limit stands behind
    // the guest's.
    #[default(10_000)]
    #[garde(custom(within(1, 1_000_000)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub edits_per_event_and_hour: u32,
    // Whether the original of a photo stays in the bucket once the photo is prepared, with the place and time that a phone
    // writes into it. Nobody but who has access to the bucket ever sees it.
    pub keep_originals: bool,

    // Days that edits are kept.
    #[default(90)]
    #[garde(custom(within(1, 3_650)))]
    #[schema(minimum = 1, maximum = 3_650)]
    pub request_retention_days: u32,

    // Days that ledger entries are kept.
    #[default(365)]
    #[garde(custom(within(1, 3_650)))]
    #[schema(minimum = 1, maximum = 3_650)]
    pub usage_ledger_retention_days: u32,

    // Where Runware's API is.
    /// https.
    #[default(url("https://api.runware.ai/v1"))]
    #[garde(custom(https))]
    #[schema(value_type = String)]
    pub runware_base_url: Url,

    // How long one call to Runware may take. The worker must have time left to store the outcome.
    #[default(60)]
    #[garde(custom(within(1, 60)))]
    #[schema(minimum = 1, maximum = 60)]
    pub runware_timeout_seconds: u32,

    // Whether fal is really called.
    #[default(ProviderMode::Live)]
    pub fal_mode: ProviderMode,

    // Where fal's queue API is.
    /// https.
    #[default(url("https://queue.fal.run"))]
    #[garde(custom(https))]
    #[schema(value_type = String)]
    pub fal_base_url: Url,

    // How long one call to fal may take.
    #[default(60)]
    #[garde(custom(within(1, 60)))]
    #[schema(minimum = 1, maximum = 60)]
    pub fal_timeout_seconds: u32,

    // Where fal publishes the keys that sign its webhooks.
    /// https.
    #[default(url("https://rest.fal.ai/.well-known/jwks.json"))]
    #[garde(custom(https))]
    #[schema(value_type = String)]
    pub fal_jwks_url: Url,

    // Where providers may report that they have finished.
    /// https; null: providers are asked and tell nothing by themselves.
    #[serde(deserialize_with = "unless_none")]
    #[garde(inner(custom(https)))]
    #[schema(value_type = Option<String>)]
    pub webhook_base_url: Option<Url>,

    // Hosts that outputs may be fetched from.
    /// `host.example`, or `*.domain.example` for a domain and all under it.
    #[default(output_hosts())]
    pub provider_output_hosts: Vec<String>,

    // `watermark_schema` holds the description, because utoipa publishes none beside a schema of one's own.
    #[garde(custom(fits_the_picture))]
    #[schema(schema_with = watermark_schema)]
    pub watermark: WatermarkSettings,

    // Not a setting: the protecting settings whose text is unusable and which therefore switched the feature off.
    #[serde(skip)]
    #[schema(ignore)]
    #[field_names_as_slice(skip)]
    pub switched_off_by: Vec<Setting>,
}

/// The settings whose default is laxer than what the operator may have meant. Where such a setting has a parameter but
/// no usable value, the feature is off.
const PROTECTING: [Setting; 3] = [
    setting!(is_enabled),
    setting!(guest_enabled),
    setting!(blocked_terms),
];

impl Settings {
    /// Whether this provider is really called.
    pub fn mode_of(&self, provider: ProviderName) -> ProviderMode {
        match provider {
            ProviderName::Runware => self.runware_mode,
            ProviderName::Fal => self.fal_mode,
        }
    }

    /// Where this provider's API is.
    pub fn base_url_of(&self, provider: ProviderName) -> &Url {
        match provider {
            ProviderName::Runware => &self.runware_base_url,
            ProviderName::Fal => &self.fal_base_url,
        }
    }

    /// How long one call to this provider may take.
    pub fn timeout_of(&self, provider: ProviderName) -> Duration {
        let seconds = match provider {
            ProviderName::Runware => self.runware_timeout_seconds,
            ProviderName::Fal => self.fal_timeout_seconds,
        };
        Duration::from_secs(seconds.into())
    }
}
