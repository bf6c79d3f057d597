//! Events, what they have bought, and what their organiser allows.

mod page;
mod policy_change;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::blocked_terms::BlockedTerms;
use crate::id::{AddonKey, EventId, EventSlug, PackageKey, StyleKey, TenantId, TokenId};
use crate::watermark::WatermarkSettings;

pub use page::{Consent, Consented, EventPage, Gallery, Language, logo_folder, logo_key};
pub use policy_change::{PageChange, PolicyChange};

/// The package feature that unlocks AI edits.
pub const FEATURE_AI_STYLING: &str = "ai_styling";
/// The package feature that unlocks premium styles without an entitlement profile of their own.
pub const FEATURE_PREMIUM_STYLES: &str = "ai_styling_premium";
/// The add-on that unlocks AI edits.
pub const ADDON_AI_STYLING: &str = "ai_styling_unlock";

/// An event with everything that layers 2, 3 and 5 ask for folded in, so that one read answers them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Chosen by the superadmin.
    pub id: EventId,
    pub tenant_id: TenantId,
    /// Its name in URLs and storage paths.
    pub slug: EventSlug,
    /// Its name for people.
    pub name: String,
    /// The active package, with its features at the time they were last applied.
    pub package: Option<Package>,
    /// Add-ons, bought or being bought.
    #[serde(default)]
    pub addons: Vec<Addon>,
    #[serde(default)]
    pub policy: EventPolicy,
    /// Grows with every change of the policy: a change on condition of it overwrites nobody's.
    #[serde(default)]
    pub policy_version: u32,
    /// This event's own watermark; absent: the tenant's, then the installation's.
    #[serde(default)]
    pub watermark: Option<WatermarkSettings>,
    /// When it was made; absent: before this was kept.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Key of the guests' scope hashes (128 random bits, hex): hashes of different events cannot be joined.
    pub scope_key: String,
}

impl Event {
    /// Whether the package has this feature.
    pub fn has_feature(&self, feature: &str) -> bool {
        self.package
            .as_ref()
            .is_some_and(|package| package.features.iter().any(|has| has == feature))
    }

    /// Whether this add-on is completed and unexpired.
    pub fn has_addon(&self, key: &str, now: Timestamp) -> bool {
        self.addons
            .iter()
            .any(|addon| addon.key.as_str() == key && addon.is_active(now))
    }
}

/// An event package: a named set of features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Chosen by the superadmin.
    pub key: PackageKey,
    pub name: String,
    pub features: Vec<String>,
    /// Grows with every change: an older change never replaces a newer one in the events' copies.
    #[serde(default = "first_version")]
    pub version: u32,
}

const fn first_version() -> u32 {
    1
}

/// How far the purchase of an add-on has come; only `completed` unlocks anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PurchaseStatus)]
#[serde(rename_all = "snake_case")]
pub enum AddonStatus {
    /// Being bought.
    Pending,
    /// Paid.
    Completed,
    /// Not bought after all.
    Cancelled,
}

/// An add-on of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addon {
    pub key: AddonKey,
    pub status: AddonStatus,
    /// When it ends; absent: never.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl Addon {
    /// Completed and not expired (expiry itself is too late).
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.status == AddonStatus::Completed && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The policy of an event, set by its organiser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventPolicy {
    /// Off: every edit is refused with `event_policy_blocked`.
    pub enabled: bool,
    /// Whether guests may write a prompt of their own.
    pub allow_custom_prompt: bool,
    /// Whether that prompt may stand alone, without a style around it.
    pub allow_prompt_without_style: bool,
    /// Styles that may be used; empty: every active one.
    pub allowed_style_keys: Vec<StyleKey>,
    /// The message for a guest whom the policy refuses.
    pub policy_message: Option<String>,
    /// Blocked terms of this event, on top of the installation's.
    pub blocked_terms: BlockedTerms,
    /// Edits of one guest that may be under way at once; absent: any number.
    pub max_in_flight_per_guest: Option<u32>,
    /// Edits of the event that may be under way at once; absent: any number.
    pub max_in_flight_per_event: Option<u32>,
    /// Whose edits a guest sees besides its own.
    pub gallery: Gallery,
    /// What the guest page shows.
    pub page: EventPage,
    /// What guests agree to before a photo is taken; absent: nothing is asked.
    pub consent: Option<Consent>,
    /// How many texts of consent there have been.
    pub consent_texts: u32,
}

impl Default for EventPolicy {
    fn default() -> Self {
        Self {
            enabled: true,
            allow_custom_prompt: false,
            allow_prompt_without_style: false,
            allowed_style_keys: Vec::new(),
            policy_message: None,
            blocked_terms: BlockedTerms::default(),
            max_in_flight_per_guest: None,
            max_in_flight_per_event: None,
            gallery: Gallery::Off,
            page: EventPage::default(),
            consent: None,
            consent_texts: 0,
        }
    }
}

/// The grant of an event token. The table keeps only the token's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenGrant {
    /// Names the token without revealing it.
    pub token_id: TokenId,
    /// The event it opens.
    pub event_id: EventId,
    /// The event's tenant: with it, everything else is one batch read away.
    pub tenant_id: TenantId,
    /// The event's [`Event::scope_key`].
    pub scope_key: String,
    /// When it stops working; absent: never.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

impl TokenGrant {
    /// Whether the token still works.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.valid_until.is_none_or(|end| now < end)
    }
}
