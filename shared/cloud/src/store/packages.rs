//! Packages. Events hold a copy of theirs, so a change of a package is carried to all that have it: `PACKAGE#key` lists
//! them, and the package counts them, because a condition can look at a number but not at a list.

use crate::{PortError, SaveError};
use domain::event::Package;
use domain::{EventId, PackageKey};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::catalog::{at_version, changed, unwritten};
use super::change::{Change, PageOf, Tests};
use super::keys::{self, PACKAGES, number, text};
use super::transaction::TransactionError;
use crate::Cloud;

/// Where a package counts the events that have it.
pub(super) const EVENT_COUNT: &str = "event_count";
/// Events that get a changed package at the same time.
const AT_ONCE: u32 = 16;

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
        let page = PageOf {
            pk: PACKAGES.to_owned(),
            after: after.map(ToString::to_string),
            limit,
            ..PageOf::default()
        };
        self.page(page, "a package").await
    }

    /// A package.
    pub async fn package(&self, key: &PackageKey) -> Result<Option<Package>, PortError> {
        self.read(keys::package(key.as_str()), "a package").await
    }

    /// Saves a package if the stored one still has the version `before` (`None`: if there is none).
    pub async fn save_package(&self, package: &Package, before: Option<u32>) -> Result<(), SaveError> {
        let change = Change::of(keys::package(package.key.as_str()), package)?;
        let write = self.change(change.when(at_version(before)))?;
        self.transact(vec![write]).await.map_err(changed)
    }

    /// Brings the copies that events have of the package to this version; newer copies stay. Returns how many events
    /// have the package.
    pub async fn refold_package(&self, package: &Package) -> Result<u64, PortError> {
        let mut count = 0;
        let mut after = None;
        loop {
            let page = PageOf {
                pk: keys::holders_partition(&package.key),
                after,
                limit: AT_ONCE,
                ..PageOf::default()
            };
            let holders: Vec<Holder> = self.page(page, "a package's event").await?;
            let Some(last) = holders.last() else {
                return Ok(count);
            };
            after = Some(keys::holder(&package.key, &last.event_id).sk);
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
    pub async fn remove_package(&self, key: &PackageKey) -> Result<bool, SaveError> {
        if self.package(key).await?.is_none() {
            return Ok(false);
        }
        // A package that no event ever had has not begun to count.
        let free = [
            Tests::present().and_missing(EVENT_COUNT),
            Tests::present().and(EVENT_COUNT, "=", number(0)),
        ];
        for tests in free {
            let write = self.delete(keys::package(key.as_str()), tests)?;
            match self.transact(vec![write]).await {
                Ok(()) => return Ok(true),
                Err(TransactionError::Refused(_)) => {}
                Err(error) => return Err(changed(error)),
            }
        }
        Err(SaveError::InUse)
    }
}

impl Cloud {
    /// An event that has got another package or a newer copy in the meantime is left alone.
    async fn refold(&self, event: &EventId, package: &Package) -> Result<(), PortError> {
        let older = Tests::present()
            .and("package.key", "=", text(package.key.as_str()))
            .and("package.version", "<", number(package.version.into()));
        let change = Change::of(keys::event(event), Folded { package })?.when(older);
        match self.transact(vec![self.change(change)?]).await {
            Ok(()) | Err(TransactionError::Refused(_)) => Ok(()),
            Err(error) => Err(unwritten(error)),
        }
    }
}
