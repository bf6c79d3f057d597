//! The catalogue of add-ons. An add-on that leaves it can no longer be bought; events keep the ones they have.

use cloud::Cloud;
use domain::addon::{CatalogAddon, MAX_PRICE_CENTS, is_currency};
use domain::audit::{Action, Actor, Change};
use domain::{AddonKey, Problem};
use garde::{Error, Validate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Outcome, Saved, removed};
use crate::body::json_body;
use crate::caller::{actor, new_id, path_id};
use crate::model::text::{MAX_NAME, is_name};
use crate::openapi::{Changes, Reads};
use crate::page::{Page, PageQuery};
use crate::response::{list, no_content, ok};
use crate::{Answer, Request};

const MISSING: Problem = Problem::NotFound("add-on");

/// An add-on of the catalogue.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddonInput {
    /// For people.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(is_name))]
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

/// An add-on of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Addon)]
pub(crate) struct AddonBody<'a> {
    #[schema(value_type = String)]
    key: &'a AddonKey,
    name: &'a str,
    price_cents: Option<u32>,
    currency: &'a str,
    /// Whether it has a valid price.
    purchasable: bool,
}

function!("admin-addons", Superadmin, {
    GET => list_addons,
    GET [key] => get_addon,
    PUT [key] => put_addon,
    DELETE [key] => delete_addon,
});

/// Lists the add-ons of the catalogue, page by page
#[utoipa::path(get, path = "/admin/addons", params(PageQuery),
    responses((status = 200, body = [AddonBody<'_>]), Reads))]
async fn list_addons(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<AddonKey> = Page::of(request)?;
    let mut found = cloud.addons_page(page.after.as_ref(), page.to_read()).await?;
    let next = page.cut(&mut found, |addon| addon.key.clone());
    Ok(list(found.iter().map(AddonBody::new), next))
}

/// Shows an add-on of the catalogue
#[utoipa::path(get, path = "/admin/addons/{key}", responses((status = 200, body = AddonBody<'_>), Reads))]
async fn get_addon(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key = path_id(request, "key", MISSING)?;
    let addon = cloud.catalog_addon(&key).await?.ok_or(MISSING)?;
    Ok(ok(AddonBody::new(&addon)))
}

/// Creates or replaces an add-on of the catalogue; repeating it changes nothing
#[utoipa::path(put, path = "/admin/addons/{key}", request_body = AddonInput,
    responses((status = 200, body = AddonBody<'_>), Changes))]
async fn put_addon(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key: AddonKey = new_id(request, "key")?;
    let input: AddonInput = json_body(request)?;
    let saved = save(cloud, &actor(request)?, input.into_addon(key)).await?;
    Ok(ok(AddonBody::new(&saved.value)))
}

/// Removes an add-on from the catalogue; events keep theirs
#[utoipa::path(delete, path = "/admin/addons/{key}", responses((status = 204), Changes))]
async fn delete_addon(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key = path_id(request, "key", MISSING)?;
    let addon = cloud.catalog_addon(&key).await?.ok_or(MISSING)?;
    let deed = actor(request)?.did(Action::AddonDeleted).to(&key);
    let deed = deed.with(Change::between(Some(&addon), None));
    removed(cloud.remove_catalog_addon(&key, &deed).await?, MISSING)?;
    Ok(no_content())
}

/// Creates or replaces an add-on whose fields were checked.
///
/// # Errors
/// The table is unavailable.
pub async fn save(cloud: &Cloud, by: &Actor, addon: CatalogAddon) -> Result<Saved<CatalogAddon>, Problem> {
    let before = cloud.catalog_addon(&addon.key).await?;
    let outcome = Outcome::of(before.as_ref(), &addon);
    if outcome != Outcome::Unchanged {
        let deed = by.did(Action::AddonChanged).to(&addon.key);
        let deed = deed.with(Change::between(before.as_ref(), Some(&addon)));
        cloud.save_catalog_addon(&addon, &deed).await?;
    }
    Ok(Saved {
        value: addon,
        outcome,
    })
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

impl<'a> AddonBody<'a> {
    pub(crate) fn new(addon: &'a CatalogAddon) -> Self {
        Self {
            key: &addon.key,
            name: &addon.name,
            price_cents: addon.price_cents,
            currency: &addon.currency,
            purchasable: addon.is_purchasable(),
        }
    }
}
