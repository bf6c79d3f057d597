//! A catalogue file names the parts of an installation, which are created or updated by the rules of the API.

mod difference;
mod entries;
mod part;

use api::admin::{Outcome, Saved, addons, ai_styles, event_addons, events, packages, tenants};
use api::tenant::update_settings::change_policy;
use cloud::Cloud;
use domain::audit::Actor;
use domain::event::EventPolicy;
use domain::scope::TenantCaller;
use domain::{Event, Problem};
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::operator::operator;
use crate::problem::explain;

pub(crate) use difference::{Difference, differences};
pub(crate) use entries::{CatalogFile, StylesFile};
use entries::{EventEntry, TenantEntry};

/// The outcome of one entry.
#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    pub(crate) outcome: &'static str,
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
            why: explain(problem),
        }
    }
}

/// Creates or updates every entry of the file, each one after the entries that it refers to. Returns the outcome of each
/// entry, and the error that stopped the rest.
pub(crate) async fn apply(cloud: &Cloud, file: CatalogFile) -> (Vec<Change>, Result<(), CatalogError>) {
    let mut changes = Vec::new();
    let by = operator();
    let result = apply_all(cloud, &by, file, &mut changes).await;
    (changes, result)
}

async fn apply_all(
    cloud: &Cloud,
    by: &Actor,
    file: CatalogFile,
    changes: &mut Vec<Change>,
) -> Result<(), CatalogError> {
    for package in file.packages {
        let key = package.key.to_string();
        record(changes, "package", key, packages::save(cloud, by, package).await)?;
    }
    for addon in file.addons {
        let key = addon.key.to_string();
        record(changes, "add-on", key, addons::save(cloud, by, addon).await)?;
    }
    for style in file.styles {
        let key = style.key.to_string();
        record(changes, "style", key, ai_styles::save(cloud, by, style).await)?;
    }
    for entry in file.tenants {
        let key = entry.id.to_string();
        record(changes, "tenant", key, apply_tenant(cloud, by, &entry).await)?;
    }
    for entry in file.events {
        let key = entry.id.to_string();
        let mut outcomes = Vec::new();
        let result = apply_event(cloud, by, entry, &mut outcomes).await;
        // An event that failed half-way is shown too.
        if let Some(outcome) = combined(&outcomes) {
            changes.push(change("event", key.clone(), outcome));
        }
        result.map_err(|problem| CatalogError::new("event", &key, &problem))?;
    }
    Ok(())
}

fn record<T>(
    changes: &mut Vec<Change>,
    kind: &'static str,
    key: String,
    saved: Result<Saved<T>, Problem>,
) -> Result<(), CatalogError> {
    let saved = saved.map_err(|problem| CatalogError::new(kind, &key, &problem))?;
    changes.push(change(kind, key, saved.outcome));
    Ok(())
}

fn change(kind: &'static str, key: String, outcome: Outcome) -> Change {
    Change {
        kind,
        key,
        outcome: outcome.as_str(),
    }
}

async fn apply_tenant(
    cloud: &Cloud,
    by: &Actor,
    entry: &TenantEntry,
) -> Result<Saved<domain::budget::Tenant>, Problem> {
    let before = cloud.tenant(&entry.id).await?;
    tenants::save(cloud, by, entry.over(before.as_ref())?).await
}

/// Writes the event, its add-ons and its policy; `outcomes` receives the outcome of each write.
async fn apply_event(
    cloud: &Cloud,
    by: &Actor,
    entry: EventEntry,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), Problem> {
    let before = cloud.event(&entry.id).await?;
    let saved = events::save(cloud, by, &entry.over(before.as_ref())?).await?;
    outcomes.push(saved.outcome);
    let event: Event = saved.value;
    for addon in entry.addons {
        outcomes.push(event_addons::save(cloud, by, &event.id, addon).await?.outcome);
    }
    if entry.policy.of(&event.policy) != event.policy {
        let caller = TenantCaller {
            tenant_id: &event.tenant_id,
            event_slug: event.slug.as_str(),
        };
        change_policy(cloud, by, caller, &entry.policy, None).await?;
        outcomes.push(Outcome::Updated);
    }
    Ok(())
}

/// The fields of a policy in which it differs from another one.
fn differing(policy: &EventPolicy, other: &EventPolicy) -> Value {
    let (mut fields, other) = (json!(policy), json!(other));
    if let Value::Object(fields) = &mut fields {
        fields.retain(|name, value| other.get(name) != Some(value));
    }
    fields
}

/// The outcome of several writes to one entry.
fn combined(outcomes: &[Outcome]) -> Option<Outcome> {
    let (first, others) = outcomes.split_first()?;
    Some(match first {
        Outcome::Unchanged if others.iter().any(|other| *other != Outcome::Unchanged) => Outcome::Updated,
        first => *first,
    })
}
