//! The catalogue of add-ons. An add-on that leaves it can no longer be bought; events keep what they have.

use cloud::Cloud;
use domain::addon::CatalogAddon;
use domain::{AddonKey, Problem};

use super::{Listing, Outcome, Saved, removed};

const WHAT: &str = "add-on";

/// A page of the catalogue, in the order of the keys.
///
/// # Errors
/// The table is away.
pub async fn list_addons(
    cloud: &Cloud,
    after: Option<&AddonKey>,
    limit: u32,
) -> Result<Listing<CatalogAddon>, Problem> {
    Ok(Listing::of(cloud.addons_page(after, limit + 1).await?, limit))
}

/// An add-on of the catalogue.
///
/// # Errors
/// There is none of this key.
pub async fn get_addon(cloud: &Cloud, key: &AddonKey) -> Result<CatalogAddon, Problem> {
    cloud.catalog_addon(key).await?.ok_or(Problem::NotFound(WHAT))
}

/// Creates or replaces an add-on whose fields were checked.
///
/// # Errors
/// The table is away.
pub async fn put_addon(cloud: &Cloud, addon: CatalogAddon) -> Result<Saved<CatalogAddon>, Problem> {
    let before = cloud.catalog_addon(&addon.key).await?;
    let outcome = Outcome::of(before.as_ref(), &addon);
    if outcome != Outcome::Unchanged {
        cloud.save_catalog_addon(&addon).await?;
    }
    Ok(Saved {
        value: addon,
        outcome,
    })
}

/// Takes an add-on out of the catalogue.
///
/// # Errors
/// There is none of this key.
pub async fn delete_addon(cloud: &Cloud, key: &AddonKey) -> Result<(), Problem> {
    removed(cloud.remove_catalog_addon(key).await?, WHAT)
}
