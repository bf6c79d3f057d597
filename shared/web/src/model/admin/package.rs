//! Packages.

use domain::PackageKey;
use domain::event::Package;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MAX_KEY, MAX_LISTED, MAX_NAME, not_blank};

/// A package: a named set of features. `ai_styling` unlocks AI edits.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageInput {
    /// For people.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(not_blank))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it unlocks.
    #[garde(length(max = MAX_LISTED), inner(length(chars, min = 1, max = MAX_KEY), ascii))]
    #[schema(max_items = 50)]
    pub features: Vec<String>,
}

impl PackageInput {
    /// The package of this key.
    pub fn into_package(self, key: PackageKey) -> Package {
        Package {
            key,
            name: self.name,
            features: self.features,
            version: 1,
        }
    }
}

/// A package.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Package)]
pub struct PackageBody<'a> {
    #[schema(value_type = String)]
    key: &'a PackageKey,
    name: &'a str,
    features: &'a [String],
}

impl<'a> PackageBody<'a> {
    /// A package.
    pub fn new(package: &'a Package) -> Self {
        Self {
            key: &package.key,
            name: &package.name,
            features: &package.features,
        }
    }
}
