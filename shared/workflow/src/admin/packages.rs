//! Event packages. Events hold a copy of theirs; a change reaches all of them before it is answered.

use cloud::{Cloud, SaveError};
use domain::event::Package;
use domain::{PackageKey, Problem};

use super::{Listing, Outcome, Saved, TRIES, removed, unsaved};

const IN_USE: &str = "Events have this package. Give them another one (PUT admin/events/{eventId}) before you \
                      delete it, or PUT it without features.";

/// A page of packages, in the order of their keys.
///
/// # Errors
/// The table is away.
pub async fn list_packages(
    cloud: &Cloud,
    after: Option<&PackageKey>,
    limit: u32,
) -> Result<Listing<Package>, Problem> {
    Ok(Listing::of(cloud.packages_page(after, limit + 1).await?, limit))
}

/// A package.
///
/// # Errors
/// There is no such package.
pub async fn get_package(cloud: &Cloud, key: &PackageKey) -> Result<Package, Problem> {
    cloud.package(key).await?.ok_or(Problem::NotFound("package"))
}

/// Creates or replaces a package; its version is ours to give.
///
/// The events' copies are brought up to date also where nothing has changed: a repeated request finishes what one that
/// broke off has begun.
///
/// # Errors
/// Others change it at the same time, again and again.
pub async fn put_package(cloud: &Cloud, mut package: Package) -> Result<Saved<Package>, Problem> {
    for _ in 0..TRIES {
        let before = cloud.package(&package.key).await?;
        let version = before.as_ref().map(|before| before.version);
        package.version = version.unwrap_or(1);
        let outcome = Outcome::of(before.as_ref(), &package);
        if outcome != Outcome::Unchanged {
            package.version += u32::from(version.is_some());
            match cloud.save_package(&package, version).await {
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

/// Deletes a package that no event has.
///
/// # Errors
/// There is none of this key, or events have it.
pub async fn delete_package(cloud: &Cloud, key: &PackageKey) -> Result<(), Problem> {
    let found = cloud.remove_package(key).await;
    removed(found.map_err(|error| unsaved(error, IN_USE))?, "package")
}
