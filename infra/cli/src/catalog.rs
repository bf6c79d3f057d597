//! A catalogue file: what an installation is made of, to be created or updated as a whole.

use cloud::Cloud;
use domain::budget::{BudgetCaps, Tenant};
use domain::event::{Addon, EventPolicy, Package};
use domain::ports::{Events, PortError};
use domain::watermark::WatermarkSettings;
use domain::{Event, EventId, EventSlug, PackageKey, Style, TenantId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a file may name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CatalogFile {
    packages: Vec<Package>,
    styles: Vec<Style>,
    tenants: Vec<TenantEntry>,
    events: Vec<EventEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantEntry {
    id: TenantId,
    name: String,
    #[serde(default)]
    budget: BudgetCaps,
    #[serde(default)]
    watermark: Option<WatermarkSettings>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventEntry {
    id: EventId,
    tenant_id: TenantId,
    slug: EventSlug,
    name: String,
    #[serde(default)]
    package_key: Option<PackageKey>,
    #[serde(default)]
    addons: Vec<Addon>,
    #[serde(default)]
    policy: EventPolicy,
    #[serde(default)]
    watermark: Option<WatermarkSettings>,
}

/// What became of one entry.
#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    pub(crate) outcome: &'static str,
}

/// Why a file was not applied, or not to its end.
#[derive(Debug, Error)]
pub(crate) enum CatalogError {
    #[error("event `{event}` names the package `{package}`, which neither the file nor the table has")]
    NoSuchPackage { event: EventId, package: PackageKey },
    #[error("event `{event}` names the tenant `{tenant}`, which neither the file nor the table has")]
    NoSuchTenant { event: EventId, tenant: TenantId },
    #[error("event `{0}` belongs to another tenant already; events do not change hands")]
    OtherTenant(EventId),
    #[error("watermark of {of}: {why}")]
    Watermark { of: String, why: String },
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Creates or updates everything that the file names, in an order in which nothing points at what is not there.
pub(crate) async fn apply(cloud: &Cloud, file: CatalogFile) -> Result<Vec<Change>, CatalogError> {
    let mut changes = Vec::new();
    for package in file.packages {
        let before = cloud.package(&package.key).await?;
        let outcome = outcome(before.as_ref(), &package);
        if outcome != UNCHANGED {
            cloud.put_package(&package).await?;
        }
        changes.push(Change {
            kind: "package",
            key: package.key.to_string(),
            outcome,
        });
    }
    for style in file.styles {
        changes.push(apply_style(cloud, style).await?);
    }
    for entry in file.tenants {
        check_watermark(&format!("tenant {}", entry.id), entry.watermark.as_ref())?;
        let tenant = Tenant {
            id: entry.id,
            name: entry.name,
            budget: entry.budget,
            watermark: entry.watermark,
        };
        let outcome = outcome(cloud.tenant(&tenant.id).await?.as_ref(), &tenant);
        if outcome != UNCHANGED {
            cloud.put_tenant(&tenant).await?;
        }
        changes.push(Change {
            kind: "tenant",
            key: tenant.id.to_string(),
            outcome,
        });
    }
    for entry in file.events {
        changes.push(apply_event(cloud, entry).await?);
    }
    Ok(changes)
}

/// A style that changes gets a new version; edits made with the old one say so.
async fn apply_style(cloud: &Cloud, mut style: Style) -> Result<Change, CatalogError> {
    let before = cloud.style(&style.key).await?;
    style.version = before.as_ref().map_or(1, |before| before.version);
    let outcome = outcome(before.as_ref(), &style);
    if outcome != UNCHANGED {
        style.version += u32::from(before.is_some());
        cloud.put_style(&style).await?;
    }
    Ok(Change {
        kind: "style",
        key: style.key.to_string(),
        outcome,
    })
}

async fn apply_event(cloud: &Cloud, entry: EventEntry) -> Result<Change, CatalogError> {
    check_watermark(&format!("event {}", entry.id), entry.watermark.as_ref())?;
    let before = cloud.event(&entry.id).await?;
    if before
        .as_ref()
        .is_some_and(|before| before.tenant_id != entry.tenant_id)
    {
        return Err(CatalogError::OtherTenant(entry.id));
    }
    if cloud.tenant(&entry.tenant_id).await?.is_none() {
        return Err(CatalogError::NoSuchTenant {
            event: entry.id,
            tenant: entry.tenant_id,
        });
    }
    let package = match entry.package_key {
        None => None,
        Some(key) => match cloud.package(&key).await? {
            Some(package) => Some(package),
            None => {
                return Err(CatalogError::NoSuchPackage {
                    event: entry.id,
                    package: key,
                });
            }
        },
    };
    let event = Event {
        scope_key: before
            .as_ref()
            .map_or_else(|| cloud.new_scope_key(), |before| before.scope_key.clone()),
        id: entry.id,
        tenant_id: entry.tenant_id,
        slug: entry.slug,
        name: entry.name,
        package,
        addons: entry.addons,
        policy: entry.policy,
        watermark: entry.watermark,
    };
    let outcome = outcome(before.as_ref(), &event);
    if outcome != UNCHANGED {
        cloud.put_event(&event).await?;
    }
    Ok(Change {
        kind: "event",
        key: event.id.to_string(),
        outcome,
    })
}

fn check_watermark(of: &str, watermark: Option<&WatermarkSettings>) -> Result<(), CatalogError> {
    watermark
        .map_or(Ok(()), WatermarkSettings::check)
        .map_err(|why| CatalogError::Watermark {
            of: of.to_owned(),
            why,
        })
}

const UNCHANGED: &str = "unchanged";

fn outcome<T: PartialEq>(before: Option<&T>, after: &T) -> &'static str {
    match before {
        None => "created",
        Some(before) if before == after => UNCHANGED,
        Some(_) => "updated",
    }
}
