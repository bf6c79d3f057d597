//! A catalogue file: what an installation is made of, to be created or updated as a whole, by the rules of the API.

mod difference;

use cloud::Cloud;
use domain::addon::CatalogAddon;
use domain::budget::{BudgetCaps, Tenant};
use domain::event::{Addon, EventPolicy, Package};
use domain::ports::admin::{EventStore, StyleUse};
use domain::watermark::WatermarkSettings;
use domain::{EventId, EventSlug, PackageKey, Problem, Style, TenantId};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use workflow::admin::{self, EventInput, Outcome};

use crate::problem::words;

pub(crate) use difference::{Difference, differences};

/// What a file may name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CatalogFile {
    packages: Vec<Package>,
    addons: Vec<CatalogAddon>,
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
    /// Others that the event has stay.
    #[serde(default)]
    addons: Vec<Addon>,
    /// Absent: it stays as it is.
    #[serde(default)]
    policy: Option<EventPolicy>,
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

impl CatalogFile {
    /// A file that may name styles alone.
    pub(crate) fn of_styles(styles: Vec<Style>) -> Self {
        Self {
            styles,
            ..Self::default()
        }
    }
}

/// Why a file was not applied, or not to its end.
#[derive(Debug, Error)]
#[error("{kind} `{key}`: {why}")]
pub(crate) struct CatalogError {
    kind: &'static str,
    key: String,
    why: String,
}

impl CatalogError {
    fn new(kind: &'static str, key: &str, problem: &Problem) -> Self {
        Self {
            kind,
            key: key.to_owned(),
            why: words(problem),
        }
    }
}

/// Creates or updates everything that the file names, in an order in which nothing points at what is not there.
pub(crate) async fn apply(cloud: &Cloud, file: CatalogFile) -> Result<Vec<Change>, CatalogError> {
    let mut changes = Vec::new();
    for package in file.packages {
        let key = package.key.to_string();
        let saved = admin::put_package(cloud, package)
            .await
            .map(|saved| saved.outcome);
        changes.push(change("package", key, saved)?);
    }
    for addon in file.addons {
        let key = addon.key.to_string();
        let saved = admin::put_addon(cloud, addon).await.map(|saved| saved.outcome);
        changes.push(change("add-on", key, saved)?);
    }
    for style in file.styles {
        let key = style.key.to_string();
        let saved = admin::put_style(cloud, style).await.map(|saved| saved.outcome);
        changes.push(change("style", key, saved)?);
    }
    for entry in file.tenants {
        let key = entry.id.to_string();
        let tenant = Tenant {
            id: entry.id,
            name: entry.name,
            budget: entry.budget,
            watermark: entry.watermark,
        };
        let saved = admin::put_tenant(cloud, tenant).await.map(|saved| saved.outcome);
        changes.push(change("tenant", key, saved)?);
    }
    for entry in file.events {
        let key = entry.id.to_string();
        changes.push(change("event", key, apply_event(cloud, entry).await)?);
    }
    Ok(changes)
}

fn change(
    kind: &'static str,
    key: String,
    outcome: Result<Outcome, Problem>,
) -> Result<Change, CatalogError> {
    let outcome = outcome.map_err(|problem| CatalogError::new(kind, &key, &problem))?;
    Ok(Change {
        kind,
        key,
        outcome: outcome.as_str(),
    })
}

async fn apply_event(cloud: &Cloud, entry: EventEntry) -> Result<Outcome, Problem> {
    let input = EventInput {
        id: entry.id,
        tenant_id: entry.tenant_id,
        slug: entry.slug,
        name: entry.name,
        package_key: entry.package_key,
        watermark: entry.watermark,
    };
    let saved = admin::put_event(cloud, &input).await?;
    let event = saved.value.event;
    let mut outcomes = vec![saved.outcome];
    for addon in entry.addons {
        outcomes.push(admin::put_event_addon(cloud, &event.id, addon).await?.outcome);
    }
    if let Some(policy) = entry.policy.filter(|policy| *policy != event.policy) {
        for style in &policy.allowed_style_keys {
            if !cloud.mark_style_used(style).await? {
                let detail = format!("names the style `{style}`, which there is not");
                return Err(Problem::field("/policy/allowed_style_keys", detail));
            }
        }
        cloud.save_policy(&event.id, &policy).await?;
        outcomes.push(Outcome::Updated);
    }
    let is = |outcome| outcomes.contains(&outcome);
    Ok(match saved.outcome {
        Outcome::Created => Outcome::Created,
        _ if is(Outcome::Updated) || is(Outcome::Created) => Outcome::Updated,
        _ => Outcome::Unchanged,
    })
}
