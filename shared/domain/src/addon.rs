//! The catalogue of add-ons: what an event can buy, and for how much.

use serde::{Deserialize, Serialize};

use crate::id::AddonKey;

/// The highest price: 10,000.00 of a currency with cents. More is a mistake in a catalogue.
pub const MAX_PRICE_CENTS: u32 = 1_000_000;

/// An add-on as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogAddon {
    /// Chosen by the superadmin.
    pub key: AddonKey,
    pub name: String,
    /// The price in hundredths of the currency; absent: it cannot be bought.
    #[serde(default)]
    pub price_cents: Option<u32>,
    /// ISO 4217, such as `EUR`.
    pub currency: String,
}

impl CatalogAddon {
    /// Whether it has a valid price, and so can be bought.
    pub fn is_purchasable(&self) -> bool {
        self.price_cents
            .is_some_and(|cents| (1..=MAX_PRICE_CENTS).contains(&cents))
            && is_currency(&self.currency)
    }
}

/// Whether a text has the form of an ISO 4217 code.
pub fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_addon_with_a_valid_price_can_be_bought() {
        let addon = |price_cents, currency: &str| CatalogAddon {
            key: "ai_styling_unlock".parse().unwrap(),
            name: "AI edits".to_owned(),
            price_cents,
            currency: currency.to_owned(),
        };
        assert!(addon(Some(1), "EUR").is_purchasable());
        assert!(addon(Some(MAX_PRICE_CENTS), "USD").is_purchasable());
        for (price, currency) in [
            (None, "EUR"),
            (Some(0), "EUR"),
            (Some(MAX_PRICE_CENTS + 1), "EUR"),
            (Some(1_900), "eur"),
            (Some(1_900), "EURO"),
            (Some(1_900), ""),
        ] {
            assert!(!addon(price, currency).is_purchasable(), "{price:?} {currency}");
        }
    }
}
