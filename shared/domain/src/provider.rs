//! The outside AI image APIs.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumCount, EnumString, IntoStaticStr, VariantArray};

/// An outside AI image API.
//
// A new provider is a variant here, and a folder with a descriptor in the crate `providers`; see `docs/recipes.md`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumCount,
    EnumString,
    IntoStaticStr,
    VariantArray,
    utoipa::ToSchema,
)]
#[schema(as = Provider)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
#[strum(parse_err_ty = String, parse_err_fn = unknown)]
pub enum ProviderName {
    /// runware.ai
    Runware,
    /// fal.ai
    Fal,
}

impl ProviderName {
    /// All providers.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in settings, styles, table items and answers.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// The hosts of its outputs: `host.example`, or `*.domain.example` for a domain and all under it.
    pub const fn output_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Runware => &["im.runware.ai"],
            Self::Fal => &["*.fal.media"],
        }
    }

    /// The name of the secret that holds our key.
    pub fn secret_name(self) -> String {
        format!("{self}_api_key")
    }
}

fn unknown(name: &str) -> String {
    let known: Vec<&str> = ProviderName::ALL
        .iter()
        .map(|provider| provider.as_str())
        .collect();
    format!("unknown provider `{name}`; known are {}", known.join(", "))
}

/// Whether a provider is really called.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    utoipa::ToSchema,
)]
#[schema(as = Mode)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum ProviderMode {
    /// Its API is called and costs money.
    Live,
    /// The built-in fake answers, without any outside call.
    Fake,
}

impl ProviderMode {
    /// The value of the setting.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_provider_is_refused_with_the_known_names() {
        assert_eq!("fal".parse(), Ok(ProviderName::Fal));
        let refusal = "midjourney".parse::<ProviderName>().unwrap_err();
        for name in ["`midjourney`"]
            .into_iter()
            .chain(ProviderName::ALL.iter().map(|known| known.as_str()))
        {
            assert!(refusal.contains(name), "{refusal}");
        }
    }
}
