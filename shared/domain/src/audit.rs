//! Who changed what: settings, budgets, policies, links, what was hidden and what was deleted.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strum::IntoStaticStr;

use crate::id::{AuditId, EventId, TenantId};

/// How long an entry is kept.
pub const AUDIT_RETENTION: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Longer texts are cut: an entry says that a template changed, and is no archive of templates.
const MAX_TEXT: usize = 200;

/// In place of a value that nobody may read, such as an API key.
const WRITE_ONLY: &str = "changed";

/// What kind of caller changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum ActorKind {
    /// With a token of its tenant.
    Organiser,
    /// With a token of the group `superadmin`.
    Superadmin,
    /// With the command line, and rights to the account.
    Operator,
}

impl ActorKind {
    /// The name in answers and in the table.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// Who changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub kind: ActorKind,
    /// The subject of the token; an operator's user name.
    pub id: String,
    /// For people, where the token has one.
    #[serde(default)]
    pub name: Option<String>,
    /// The tenant in whose place a superadmin acted.
    #[serde(default)]
    pub acting_for: Option<TenantId>,
}

impl Actor {
    /// Whoever runs the command line under this name.
    pub fn operator(user: impl Into<String>) -> Self {
        Self {
            kind: ActorKind::Operator,
            id: user.into(),
            name: None,
            acting_for: None,
        }
    }

    /// This actor's deed, before its subject and its changes are added.
    pub fn did(&self, action: Action) -> Deed {
        Deed {
            actor: self.clone(),
            action,
            tenant_id: None,
            event_id: None,
            target: None,
            changes: Vec::new(),
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Action {
    /// An event's policy, page or consent.
    PolicyChanged,
    /// A guest link was made.
    LinkCreated,
    /// A guest link was ended.
    LinkRevoked,
    /// An edit was taken out of the gallery.
    EditHidden,
    /// A hidden edit was put back.
    EditShown,
    /// A reviewed gallery may show an edit.
    EditApproved,
    EditDeleted,
    PhotoDeleted,
    /// A tenant's caps, with whatever else changed of the tenant.
    BudgetChanged,
    /// A tenant's name or watermark, or a new tenant without caps.
    TenantChanged,
    /// An event's name, slug, package or watermark, or a new event.
    EventChanged,
    /// An add-on that an event has.
    EventAddonChanged,
    EventAddonRemoved,
    /// Runtime settings and secrets.
    SettingsChanged,
    StyleChanged,
    StyleDeleted,
    PackageChanged,
    PackageDeleted,
    /// An add-on of the catalogue.
    AddonChanged,
    AddonDeleted,
}

impl Action {
    /// The name in answers and in the table.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// A field that changed. Null: there was nothing, or there is nothing any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = AuditChange)]
pub struct Change {
    /// Its name, such as `budget.hard_cap_micro_usd`.
    pub field: String,
    #[serde(default)]
    pub from: Value,
    #[serde(default)]
    pub to: Value,
}

impl Change {
    pub fn new(field: impl Into<String>, from: Value, to: Value) -> Self {
        Self {
            field: field.into(),
            from: shortened(from),
            to: shortened(to),
        }
    }

    /// A secret was set, or removed: its value stands nowhere.
    pub fn of_secret(name: impl Into<String>, is_set: bool) -> Self {
        let to = if is_set { WRITE_ONLY.into() } else { Value::Null };
        Self::new(name, Value::Null, to)
    }

    /// The fields in which two things differ, each with its path; `None` for a thing that does not exist.
    pub fn between<T: Serialize>(before: Option<&T>, after: Option<&T>) -> Vec<Self> {
        // What is written to the table as it is can be written as JSON.
        let value = |thing: Option<&T>| thing.map_or(Value::Null, |thing| serde_json::json!(thing));
        let mut changes = Vec::new();
        differences(&mut changes, String::new(), value(before), value(after));
        changes
    }
}

fn differences(changes: &mut Vec<Change>, path: String, from: Value, to: Value) {
    match (from, to) {
        (from, to) if from == to => {}
        (Value::Object(from), Value::Object(to)) => members(changes, &path, from, to),
        (Value::Null, Value::Object(to)) => members(changes, &path, Map::new(), to),
        (Value::Object(from), Value::Null) => members(changes, &path, from, Map::new()),
        (from, to) => changes.push(Change::new(path, from, to)),
    }
}

fn members(changes: &mut Vec<Change>, path: &str, mut from: Map<String, Value>, mut to: Map<String, Value>) {
    let mut names: Vec<String> = from.keys().chain(to.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let member = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let value = |object: &mut Map<String, Value>| object.remove(&name).unwrap_or_default();
        differences(changes, member, value(&mut from), value(&mut to));
    }
}

fn shortened(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > MAX_TEXT => {
            let start: String = text.chars().take(MAX_TEXT).collect();
            Value::String(start + "…")
        }
        other => other,
    }
}

/// Something that was changed, by whom and how; before it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    pub actor: Actor,
    pub action: Action,
    /// Whose it is; `None` for what belongs to the installation.
    #[serde(default)]
    pub tenant_id: Option<TenantId>,
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// What of it: the id of an edit, a link or a photo, the key of a style.
    #[serde(default)]
    pub target: Option<String>,
    #[serde(default)]
    pub changes: Vec<Change>,
}

impl Deed {
    /// To something of this tenant, which sees the entry.
    #[must_use]
    pub fn of(mut self, tenant: &TenantId) -> Self {
        self.tenant_id = Some(tenant.clone());
        self
    }

    /// At this event.
    #[must_use]
    pub fn at(mut self, event: &EventId) -> Self {
        self.event_id = Some(event.clone());
        self
    }

    /// To this edit, photo, link, style and so on.
    #[must_use]
    pub fn to(mut self, target: &(impl ToString + ?Sized)) -> Self {
        self.target = Some(target.to_string());
        self
    }

    #[must_use]
    pub fn with(mut self, changes: Vec<Change>) -> Self {
        self.changes = changes;
        self
    }
}

/// A deed as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Sorts by time.
    pub id: AuditId,
    pub at: Timestamp,
    #[serde(flatten)]
    pub deed: Deed,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_names_every_field_that_differs_and_no_other() {
        let before = json!({ "name": "A", "budget": { "soft": 1, "hard": null }, "terms": ["a"] });
        let after = json!({ "name": "A", "budget": { "soft": 1, "hard": 5 }, "terms": ["a", "b"] });
        assert_eq!(
            Change::between(Some(&before), Some(&after)),
            [
                Change::new("budget.hard", json!(null), json!(5)),
                Change::new("terms", json!(["a"]), json!(["a", "b"])),
            ]
        );
        assert_eq!(Change::between(Some(&before), Some(&before)), []);
    }

    #[test]
    fn a_new_thing_comes_from_nothing_and_a_deleted_one_goes_there() {
        let thing = json!({ "name": "A", "sort": 3, "note": null });
        assert_eq!(
            Change::between(None, Some(&thing)),
            [
                Change::new("name", json!(null), json!("A")),
                Change::new("sort", json!(null), json!(3)),
            ]
        );
        assert_eq!(Change::between(Some(&thing), None).len(), 2);
    }

    #[test]
    fn a_secret_stands_in_no_entry() {
        let set = Change::of_secret("fal_api_key", true);
        assert_eq!(
            json!(set),
            json!({ "field": "fal_api_key", "from": null, "to": "changed" })
        );
        assert_eq!(Change::of_secret("fal_api_key", false).to, Value::Null);
    }

    #[test]
    fn a_long_text_is_cut() {
        let change = Change::new("prompt_template", json!("x".repeat(3_000)), json!("short"));
        assert_eq!(change.from.as_str().map(|text| text.chars().count()), Some(201));
        assert_eq!(change.to, json!("short"));
    }
}
