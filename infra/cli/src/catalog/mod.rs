//! A catalogue file: what an installation is made of, to be created or updated as a whole, by the rules of the API.

mod difference;
mod entries;
mod part;

use api::admin::{Outcome, Saved, addons, ai_styles, event_addons, events, packages, tenants};
use api::tenant::update_settings::change_policy;
use cloud::Cloud;
use domain::event::{EventPolicy, PolicyChange};
use domain::scope::TenantCaller;
use domain::{Event, Problem};
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::problem::words;

pub(crate) use difference::{Difference, differences};
pub(crate) use entries::{CatalogFile, StylesFile};
use entries::{EventEntry, TenantEntry};

/// What became of one entry.
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
            why: words(problem),
        }
    }
}

/// Creates or updates everything that the file names, in an order in which nothing points at what is not there. Says what
/// became of each entry, and, where it stopped, why.
pub(crate) async fn apply(cloud: &Cloud, file: CatalogFile) -> (Vec<Change>, Result<(), CatalogError>) {
    let mut changes = Vec::new();
    let ended = apply_all(cloud, file, &mut changes).await;
    (changes, ended)
}

async fn apply_all(cloud: &Cloud, file: CatalogFile, changes: &mut Vec<Change>) -> Result<(), CatalogError> {
    for package in file.packages {
        let key = package.key.to_string();
        note(changes, "package", key, packages::save(cloud, package).await)?;
    }
    for addon in file.addons {
        let key = addon.key.to_string();
        note(changes, "add-on", key, addons::save(cloud, addon).await)?;
    }
    for style in file.styles {
        let key = style.key.to_string();
        note(changes, "style", key, ai_styles::save(cloud, style).await)?;
    }
    for entry in file.tenants {
        let key = entry.id.to_string();
        note(changes, "tenant", key, apply_tenant(cloud, &entry).await)?;
    }
    for entry in file.events {
        let key = entry.id.to_string();
        let mut outcomes = Vec::new();
        let ended = apply_event(cloud, entry, &mut outcomes).await;
        // Also where only some of it was written.
        if let Some(outcome) = together(&outcomes) {
            changes.push(change("event", key.clone(), outcome));
        }
        ended.map_err(|problem| CatalogError::new("event", &key, &problem))?;
    }
    Ok(())
}

fn note<T>(
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

async fn apply_tenant(cloud: &Cloud, entry: &TenantEntry) -> Result<Saved<domain::budget::Tenant>, Problem> {
    let before = cloud.tenant(&entry.id).await?;
    tenants::save(cloud, entry.over(before.as_ref())?).await
}

/// Event, add-ons, policy; `outcomes` gets what each write did.
async fn apply_event(cloud: &Cloud, entry: EventEntry, outcomes: &mut Vec<Outcome>) -> Result<(), Problem> {
    let before = cloud.event(&entry.id).await?;
    let saved = events::save(cloud, &entry.over(before.as_ref())?).await?;
    outcomes.push(saved.outcome);
    let event: Event = saved.value;
    for addon in entry.addons {
        outcomes.push(event_addons::save(cloud, &event.id, addon).await?.outcome);
    }
    if changes_policy(&entry.policy, &event.policy) {
        let caller = TenantCaller {
            tenant_id: &event.tenant_id,
            event_slug: event.slug.as_str(),
        };
        change_policy(cloud, caller, &entry.policy).await?;
        outcomes.push(Outcome::Updated);
    }
    Ok(())
}

/// Whether a field of the policy would be another than it is.
fn changes_policy(change: &PolicyChange, policy: &EventPolicy) -> bool {
    json!(change) != named_in(change, policy)
}

/// The fields of a policy that a change names.
fn named_in(change: &PolicyChange, policy: &EventPolicy) -> Value {
    let (named, mut fields) = (json!(change), json!(policy));
    if let Value::Object(fields) = &mut fields {
        fields.retain(|name, _| named.get(name).is_some());
    }
    fields
}

/// What several writes to the same entry come to.
fn together(outcomes: &[Outcome]) -> Option<Outcome> {
    let (first, others) = outcomes.split_first()?;
    Some(match first {
        Outcome::Unchanged if others.iter().any(|other| *other != Outcome::Unchanged) => Outcome::Updated,
        first => *first,
    })
}
