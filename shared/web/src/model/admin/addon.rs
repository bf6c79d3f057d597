//! Add-ons: for sale, and at an event.

use domain::AddonKey;
use domain::addon::{CatalogAddon, MAX_PRICE_CENTS, is_currency};
use domain::event::{Addon, AddonStatus};
use garde::{Error, Validate};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MAX_NAME, not_blank};

/// An add-on of the catalogue.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddonInput {
    /// For people.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(not_blank))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Hundredths of the currency; null: it cannot be bought.
    #[garde(range(min = 1, max = MAX_PRICE_CENTS))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub price_cents: Option<u32>,
    /// ISO 4217: three capital letters.
    #[garde(custom(currency_code))]
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn currency_code<T: AsRef<str>>(text: &T, (): &()) -> garde::Result {
    if is_currency(text.as_ref()) {
        Ok(())
    } else {
        Err(Error::new("must be an ISO 4217 code: three capital letters"))
    }
}

impl AddonInput {
    /// The add-on of this key.
    pub fn into_addon(self, key: AddonKey) -> CatalogAddon {
        CatalogAddon {
            key,
            name: self.name,
            price_cents: self.price_cents,
            currency: self.currency,
        }
    }
}

/// An add-on of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Addon)]
pub struct AddonBody<'a> {
    #[schema(value_type = String)]
    key: &'a AddonKey,
    name: &'a str,
    price_cents: Option<u32>,
    currency: &'a str,
    /// Whether it has a valid price.
    purchasable: bool,
}

impl<'a> AddonBody<'a> {
    /// An add-on.
    pub fn new(addon: &'a CatalogAddon) -> Self {
        Self {
            key: &addon.key,
            name: &addon.name,
            price_cents: addon.price_cents,
            currency: &addon.currency,
            purchasable: addon.is_purchasable(),
        }
    }
}

/// How far the purchase of an add-on has come; only `completed` unlocks anything.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseStatus {
    /// Being bought.
    Pending,
    /// Paid.
    Completed,
    /// Not bought after all.
    Cancelled,
}

/// An add-on of an event.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventAddonInput {
    /// How far its purchase has come.
    #[garde(skip)]
    pub status: PurchaseStatus,
    /// When it ends; null: never.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

impl EventAddonInput {
    /// The add-on of this key.
    pub fn into_addon(self, key: AddonKey) -> Addon {
        Addon {
            key,
            status: match self.status {
                PurchaseStatus::Pending => AddonStatus::Pending,
                PurchaseStatus::Completed => AddonStatus::Completed,
                PurchaseStatus::Cancelled => AddonStatus::Cancelled,
            },
            expires_at: self.expires_at,
        }
    }
}

/// An add-on of an event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventAddon)]
pub struct EventAddonBody<'a> {
    #[schema(value_type = String)]
    key: &'a AddonKey,
    #[schema(value_type = PurchaseStatus)]
    status: AddonStatus,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Completed and not expired.
    active: bool,
}

impl<'a> EventAddonBody<'a> {
    /// An add-on as it stands now.
    pub fn new(addon: &'a Addon, now: Timestamp) -> Self {
        Self {
            key: &addon.key,
            status: addon.status,
            expires_at: addon.expires_at,
            active: addon.is_active(now),
        }
    }
}
