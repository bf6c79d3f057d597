//! Event packages. Events hold a copy of theirs; a change reaches all of them before it is answered.

use cloud::{Cloud, SaveError};
use domain::audit::{Action, Actor, Change};
use domain::event::Package;
use domain::{PackageKey, Problem};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MAX_SAVE_TRIES, Outcome, Saved, removed, unsaved};
use crate::body::json_body;
use crate::caller::{actor, new_id, path_id};
use crate::model::text::{MAX_KEY, MAX_LISTED, MAX_NAME, is_name};
use crate::openapi::{Changes, Reads};
use crate::page::{Page, PageQuery};
use crate::response::{list, no_content, ok};
use crate::{Answer, Request};

const MISSING: Problem = Problem::NotFound("package");
const IN_USE: &str = "Events have this package. Give them another one (PUT admin/events/{eventId}) before you \
                      delete it, or PUT it without features.";

/// A package: a named set of features. `ai_styling` unlocks AI edits.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageInput {
    /// For people.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(is_name))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it unlocks.
    #[garde(length(max = MAX_LISTED), inner(length(chars, min = 1, max = MAX_KEY), ascii, custom(is_name)))]
    #[schema(max_items = 50)]
    pub features: Vec<String>,
}

/// A package.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Package)]
pub(crate) struct PackageBody<'a> {
    #[schema(value_type = String)]
    key: &'a PackageKey,
    name: &'a str,
    features: &'a [String],
}

function!("admin-packages", Superadmin, {
    GET => list_packages,
    GET [key] => get_package,
    PUT [key] => put_package,
    DELETE [key] => delete_package,
});

/// Lists the packages, page by page
#[utoipa::path(get, path = "/admin/packages", params(PageQuery),
    responses((status = 200, body = [PackageBody<'_>]), Reads))]
async fn list_packages(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<PackageKey> = Page::of(request)?;
    let mut found = cloud.packages_page(page.after.as_ref(), page.to_read()).await?;
    let next = page.cut(&mut found, |package| package.key.clone());
    Ok(list(found.iter().map(PackageBody::new), next))
}

/// Shows a package
#[utoipa::path(get, path = "/admin/packages/{key}", responses((status = 200, body = PackageBody<'_>), Reads))]
async fn get_package(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key = path_id(request, "key", MISSING)?;
    let package = cloud.package(&key).await?.ok_or(MISSING)?;
    Ok(ok(PackageBody::new(&package)))
}

/// Creates or replaces a package; repeating it changes nothing
#[utoipa::path(put, path = "/admin/packages/{key}", request_body = PackageInput,
    responses((status = 200, body = PackageBody<'_>), Changes))]
async fn put_package(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key: PackageKey = new_id(request, "key")?;
    let input: PackageInput = json_body(request)?;
    let saved = save(cloud, &actor(request)?, input.into_package(key)).await?;
    Ok(ok(PackageBody::new(&saved.value)))
}

/// Removes a package that no event has
#[utoipa::path(delete, path = "/admin/packages/{key}", responses((status = 204), Changes))]
async fn delete_package(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key = path_id(request, "key", MISSING)?;
    let package = cloud.package(&key).await?.ok_or(MISSING)?;
    let deed = actor(request)?.did(Action::PackageDeleted).to(&key);
    let deed = deed.with(Change::between(Some(&package), None));
    let found = cloud.remove_package(&key, &deed).await;
    removed(found.map_err(|error| unsaved(error, IN_USE))?, MISSING)?;
    Ok(no_content())
}

/// Creates or replaces a package, and gives it its version.
///
/// The copies of the events are brought up to date even if nothing changed: a repeated request finishes one that broke off.
///
/// # Errors
/// Other writers were faster, again and again.
pub async fn save(cloud: &Cloud, by: &Actor, mut package: Package) -> Result<Saved<Package>, Problem> {
    for _ in 0..MAX_SAVE_TRIES {
        let before = cloud.package(&package.key).await?;
        let version = before.as_ref().map(|before| before.version);
        package.version = version.unwrap_or(1);
        let outcome = Outcome::of(before.as_ref(), &package);
        if outcome != Outcome::Unchanged {
            package.version += u32::from(version.is_some());
            let deed = by.did(Action::PackageChanged).to(&package.key);
            let deed = deed.with(Change::between(before.as_ref(), Some(&package)));
            match cloud.save_package(&package, version, &deed).await {
                Ok(()) => {}
                Err(SaveError::Changed) => continue,
                Err(error) => return Err(unsaved(error, IN_USE)),
            }
        }
        cloud.refold_package(&package).await?;
        return Ok(Saved {
            value: package,
            outcome,
        });
    }
    Err(Problem::Unavailable)
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

impl<'a> PackageBody<'a> {
    pub(crate) fn new(package: &'a Package) -> Self {
        Self {
            key: &package.key,
            name: &package.name,
            features: &package.features,
        }
    }
}
