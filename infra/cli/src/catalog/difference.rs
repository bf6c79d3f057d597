//! The changes that a file would make, field by field, before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use api::WatermarkBody;
use api::admin::events::EventChange;
use cloud::Cloud;
use domain::budget::Tenant;
use domain::event::{Addon, EventPolicy};
use domain::watermark::WatermarkSettings;
use domain::{AddonKey, Event};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::entries::{EventEntry, budget};
use super::{CatalogError, CatalogFile, differing};

/// Fields that the product keeps by itself.
const NOT_IN_FILES: [&str; 2] = ["version", "used"];

/// The change that one entry of the file would make.
#[derive(Debug, Serialize)]
pub(crate) struct Difference {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    /// Nothing has this key yet.
    pub(crate) is_new: bool,
    pub(crate) fields: Vec<FieldChange>,
}

/// A field that would change; null where it is not set.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldChange {
    pub(crate) field: String,
    pub(crate) before: Value,
    pub(crate) after: Value,
}

impl Difference {
    /// Whether applying the entry would change nothing.
    pub(crate) fn is_empty(&self) -> bool {
        !self.is_new && self.fields.is_empty()
    }

    fn of(
        kind: &'static str,
        key: impl Display,
        before: Option<impl Serialize>,
        after: impl Serialize,
    ) -> Self {
        let is_new = before.is_none();
        let mut old = before.map(|before| leaves(&json!(before))).unwrap_or_default();
        let new = leaves(&json!(after));
        let names: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
        let changes = names.into_iter().map(|field| FieldChange {
            before: old.remove(&field).unwrap_or_default(),
            after: new.get(&field).cloned().unwrap_or_default(),
            field,
        });
        Self {
            kind,
            key: key.to_string(),
            is_new,
            fields: changes.filter(|change| change.before != change.after).collect(),
        }
    }
}

/// The leaves of a value by their path (`budget.hard_cap_micro_usd`); a list is a leaf.
fn leaves(value: &Value) -> BTreeMap<String, Value> {
    let mut leaves = BTreeMap::new();
    flatten(String::new(), value, &mut leaves);
    leaves
}

fn flatten(path: String, value: &Value, leaves: &mut BTreeMap<String, Value>) {
    let Value::Object(fields) = value else {
        leaves.insert(path, value.clone());
        return;
    };
    for (name, value) in fields {
        if path.is_empty() && NOT_IN_FILES.contains(&name.as_str()) {
            continue;
        }
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        flatten(path, value, leaves);
    }
}

/// Compares a file with the installation.
pub(crate) async fn differences(
    cloud: &Cloud,
    file: &CatalogFile,
) -> Result<Vec<Difference>, Box<dyn std::error::Error>> {
    let mut found = Vec::new();
    for package in &file.packages {
        let before = cloud.package(&package.key).await?;
        found.push(Difference::of("package", &package.key, before, package));
    }
    for addon in &file.addons {
        let before = cloud.catalog_addon(&addon.key).await?;
        found.push(Difference::of("add-on", &addon.key, before, addon));
    }
    for style in &file.styles {
        let before = cloud.style(&style.key).await?;
        found.push(Difference::of("style", &style.key, before, style));
    }
    for entry in &file.tenants {
        let before = cloud.tenant(&entry.id).await?;
        let after = entry
            .over(before.as_ref())
            .map_err(|problem| CatalogError::new("tenant", entry.id.as_str(), &problem))?;
        let before = before.as_ref().map(tenant);
        found.push(Difference::of("tenant", &entry.id, before, tenant(&after)));
    }
    for entry in &file.events {
        let before = cloud.event(&entry.id).await?;
        let after = entry
            .over(before.as_ref())
            .map_err(|problem| CatalogError::new("event", entry.id.as_str(), &problem))?;
        let policy = before
            .as_ref()
            .map(|before| before.policy.clone())
            .unwrap_or_default();
        let before = before.as_ref().map(|before| event_before(before, entry));
        found.push(Difference::of(
            "event",
            &entry.id,
            before,
            event_after(&after, entry, &policy),
        ));
    }
    Ok(found)
}

fn tenant(tenant: &Tenant) -> Value {
    json!({ "name": tenant.name, "budget": budget(tenant), "watermark": watermark(tenant.watermark.as_ref()) })
}

fn event_after(after: &EventChange, entry: &EventEntry, policy: &EventPolicy) -> Value {
    json!({
        "tenant_id": after.tenant_id,
        "slug": after.slug,
        "name": after.name,
        "package_key": after.package_key,
        "watermark": watermark(after.watermark.as_ref()),
        "addons": by_key(entry.addons.iter()),
        "policy": differing(&entry.policy.of(policy), policy),
    })
}

/// The part of an event that the entry names: its other add-ons and the other fields of its policy stay.
fn event_before(before: &Event, entry: &EventEntry) -> Value {
    let is_named = |key: &AddonKey| entry.addons.iter().any(|addon| addon.key == *key);
    json!({
        "tenant_id": before.tenant_id,
        "slug": before.slug,
        "name": before.name,
        "package_key": before.package.as_ref().map(|package| &package.key),
        "watermark": watermark(before.watermark.as_ref()),
        "addons": by_key(before.addons.iter().filter(|addon| is_named(&addon.key))),
        "policy": differing(&before.policy, &entry.policy.of(&before.policy)),
    })
}

fn watermark(settings: Option<&WatermarkSettings>) -> Value {
    json!(settings.map(WatermarkBody::new))
}

fn by_key<'a>(addons: impl Iterator<Item = &'a Addon>) -> Value {
    let fields = |addon: &Addon| json!({ "status": addon.status, "expires_at": addon.expires_at });
    addons
        .map(|addon| (addon.key.to_string(), fields(addon)))
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(before: Option<&Value>, after: &Value) -> Vec<String> {
        let difference = Difference::of("style", "x", before, after);
        difference.fields.into_iter().map(|change| change.field).collect()
    }

    #[test]
    fn only_a_changed_field_is_a_difference_and_null_equals_absent() {
        let before =
            json!({ "name": "A", "version": 3, "used": true, "budget": { "soft": null, "hard": 5 } });
        let same = json!({ "name": "A", "version": 1, "budget": { "hard": 5 } });
        assert_eq!(fields(Some(&before), &same), Vec::<String>::new());
        let other = json!({ "name": "B", "budget": { "hard": 5, "soft": 1 } });
        assert_eq!(fields(Some(&before), &other), ["budget.soft", "name"]);
    }

    #[test]
    fn a_new_entry_is_a_difference_even_without_fields() {
        let difference = Difference::of("package", "x", None::<Value>, json!({}));
        assert!(!difference.is_empty());
        let known = Difference::of("package", "x", Some(json!({})), json!({}));
        assert!(known.is_empty());
    }
}
