//! Packages. Events hold a copy of theirs, so a change of a package is carried to all that have it: `PACKAGE#key` lists
//! them, and the package counts them, because a condition can look at a number but not at a list.

use domain::audit::Deed;
use domain::event::Package;
use domain::{EventId, PackageKey};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::keys::{self, PACKAGES};
use super::write::at_version;
use crate::table::{Condition, Query, Update, Write, number, text};
use crate::{Cloud, PortError, SaveError};

/// Where a package counts the events that have it.
pub(super) const EVENT_COUNT: &str = "event_count";
/// Events that are given a changed package at the same time.
const REFOLDED_AT_ONCE: u32 = 16;

/// An event that has a package.
#[derive(Serialize, Deserialize)]
pub(super) struct Holder {
    pub(super) event_id: EventId,
}

/// The part of an event that is a copy of its package.
#[derive(Serialize)]
struct Folded<'a> {
    package: &'a Package,
}

impl Cloud {
    /// A page of packages.
    pub async fn packages_page(
        &self,
        after: Option<&PackageKey>,
        limit: u32,
    ) -> Result<Vec<Package>, PortError> {
        let after = after.map(|key| keys::package(key.as_str()));
        let query = Query::table(PACKAGES).after(after).limit(limit).consistent();
        self.page(query, "a package").await
    }

    pub async fn package(&self, key: &PackageKey) -> Result<Option<Package>, PortError> {
        self.read(keys::package(key.as_str()), "a package").await
    }

    /// Saves a package if the stored one still has the version `before` (`None`: if there is none).
    pub async fn save_package(
        &self,
        package: &Package,
        before: Option<u32>,
        deed: &Deed,
    ) -> Result<(), SaveError> {
        let key = keys::package(package.key.as_str());
        let mut writes = vec![Write::update(key, Update::fields(package)?).when(at_version(before))];
        writes.extend(self.audit_writes(deed)?);
        Ok(self.transact(writes).await?)
    }

    /// Brings the copies that events have of the package to this version; newer copies stay. Returns how many events
    /// have the package.
    pub async fn refold_package(&self, package: &Package) -> Result<u64, PortError> {
        let mut count = 0;
        let mut after = None;
        loop {
            let query = Query::table(keys::holders_partition(&package.key))
                .after(after)
                .limit(REFOLDED_AT_ONCE)
                .consistent();
            let holders: Vec<Holder> = self.page(query, "a package's event").await?;
            let Some(last) = holders.last() else {
                return Ok(count);
            };
            after = Some(keys::holder(&package.key, &last.event_id));
            try_join_all(
                holders
                    .iter()
                    .map(|holder| self.refold(&holder.event_id, package)),
            )
            .await?;
            count += holders.len() as u64;
        }
    }

    /// Removes a package that no event has; false where there is none.
    pub async fn remove_package(&self, key: &PackageKey, deed: &Deed) -> Result<bool, SaveError> {
        if self.package(key).await?.is_none() {
            return Ok(false);
        }
        // A package that no event ever had has no count.
        let free = Condition::missing(EVENT_COUNT).or(Condition::eq(EVENT_COUNT, number(0)));
        let package = keys::package(key.as_str());
        let mut writes = vec![Write::delete(package).when(Condition::Exists.and(free))];
        writes.extend(self.audit_writes(deed)?);
        if self.transact_if(writes).await? {
            Ok(true)
        } else {
            Err(SaveError::InUse)
        }
    }

    /// An event that has got another package or a newer copy in the meantime is left alone.
    async fn refold(&self, event: &EventId, package: &Package) -> Result<(), PortError> {
        let older = Condition::Exists
            .and(Condition::eq("package.key", text(package.key.as_str())))
            .and(Condition::lt("package.version", number(package.version)));
        let write = Write::update(keys::event(event), Update::fields(Folded { package })?).when(older);
        self.transact_if(vec![write]).await?;
        Ok(())
    }
}
