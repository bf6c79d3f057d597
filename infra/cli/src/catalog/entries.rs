//! The entries of a file, in the forms of the API: what the API would refuse is refused when the file is read.

use api::admin::addons::AddonInput;
use api::admin::ai_styles::AdminStyleInput;
use api::admin::event_addons::EventAddonInput;
use api::admin::events::{AdminEventInput, EventChange};
use api::admin::packages::PackageInput;
use api::admin::tenants::{AiEditingInput, BudgetInput, TenantBody, TenantInput};
use api::tenant::update_settings::EventSettingsInput;
use api::{WatermarkBody, WatermarkInput};
use domain::addon::CatalogAddon;
use domain::budget::Tenant;
use domain::event::{Addon, Package, PolicyChange};
use domain::{Event, EventId, EventSlug, PackageKey, Problem, Style, TenantId};
use garde::Validate;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::part::Part;
use crate::problem::words;

/// What a file may name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CatalogFile {
    #[serde(deserialize_with = "packages")]
    pub(super) packages: Vec<Package>,
    #[serde(deserialize_with = "addons")]
    pub(super) addons: Vec<CatalogAddon>,
    #[serde(deserialize_with = "styles")]
    pub(super) styles: Vec<Style>,
    pub(super) tenants: Vec<TenantEntry>,
    pub(super) events: Vec<EventEntry>,
}

/// A file that may name styles alone.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct StylesFile(#[serde(deserialize_with = "styles")] Vec<Style>);

impl From<StylesFile> for CatalogFile {
    fn from(file: StylesFile) -> Self {
        Self {
            styles: file.0,
            ..Self::default()
        }
    }
}

/// A tenant; what is absent stays, what is null goes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantEntry {
    pub(super) id: TenantId,
    name: String,
    #[serde(default)]
    budget: Part<BudgetInput>,
    #[serde(default)]
    watermark: Part<WatermarkInput>,
}

impl TenantEntry {
    /// The tenant that the entry makes of what is there.
    pub(super) fn over(&self, before: Option<&Tenant>) -> Result<Tenant, Problem> {
        let budget = before.map(budget);
        let watermark = before.and_then(|before| before.watermark.as_ref());
        let input = TenantInput {
            name: self.name.clone(),
            ai_editing: AiEditingInput {
                budget: self.budget.over(budget)?.unwrap_or_default(),
            },
            watermark: self
                .watermark
                .over(watermark.map(|before| json!(WatermarkBody::new(before))))?,
        };
        Ok(api::within_limits(input)?.into_tenant(self.id.clone()))
    }
}

/// A tenant's budget in the form of the API.
pub(super) fn budget(tenant: &Tenant) -> Value {
    json!(TenantBody::new(tenant))["ai_editing"]["budget"].take()
}

/// An event; what is absent stays, what is null goes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventEntry {
    pub(super) id: EventId,
    pub(super) tenant_id: TenantId,
    pub(super) slug: EventSlug,
    name: String,
    #[serde(default, deserialize_with = "present")]
    package_key: Option<Option<PackageKey>>,
    /// Others that the event has stay.
    #[serde(default, deserialize_with = "event_addons")]
    pub(super) addons: Vec<Addon>,
    /// Field by field, as organisers change it.
    #[serde(default, deserialize_with = "policy")]
    pub(super) policy: PolicyChange,
    #[serde(default)]
    watermark: Part<WatermarkInput>,
}

impl EventEntry {
    /// The event that the entry makes of what is there, without add-ons and policy.
    pub(super) fn over(&self, before: Option<&Event>) -> Result<EventChange, Problem> {
        let package = before.and_then(|before| before.package.as_ref());
        let watermark = before.and_then(|before| before.watermark.as_ref());
        let input = AdminEventInput {
            tenant_id: self.tenant_id.clone(),
            slug: self.slug.clone(),
            name: self.name.clone(),
            package_key: self
                .package_key
                .clone()
                .unwrap_or_else(|| package.map(|package| package.key.clone())),
            watermark: self
                .watermark
                .over(watermark.map(|before| json!(WatermarkBody::new(before))))?,
        };
        Ok(api::within_limits(input)?.into_event(self.id.clone()))
    }
}

/// What the API takes at `…/{key}`, with the key beside it.
struct Keyed<K, I> {
    key: K,
    input: I,
}

impl<'de, K, I> Deserialize<'de> for Keyed<K, I>
where
    K: DeserializeOwned,
    I: DeserializeOwned + Validate<Context = ()>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let key = members
            .remove("key")
            .ok_or_else(|| D::Error::missing_field("key"))?;
        Ok(Self {
            key: K::deserialize(key).map_err(D::Error::custom)?,
            input: fitting(Value::Object(members))?,
        })
    }
}

fn keyed<'de, D, K, I, T>(deserializer: D, make: impl Fn(I, K) -> T) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    K: DeserializeOwned,
    I: DeserializeOwned + Validate<Context = ()>,
{
    let entries: Vec<Keyed<K, I>> = Vec::deserialize(deserializer)?;
    Ok(entries
        .into_iter()
        .map(|entry| make(entry.input, entry.key))
        .collect())
}

fn packages<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Package>, D::Error> {
    keyed(deserializer, PackageInput::into_package)
}

fn addons<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<CatalogAddon>, D::Error> {
    keyed(deserializer, AddonInput::into_addon)
}

fn styles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Style>, D::Error> {
    keyed(deserializer, AdminStyleInput::into_style)
}

fn event_addons<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Addon>, D::Error> {
    keyed(deserializer, EventAddonInput::into_addon)
}

fn policy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PolicyChange, D::Error> {
    let input: EventSettingsInput = fitting(Value::deserialize(deserializer)?)?;
    input
        .into_change()
        .map_err(|problem| D::Error::custom(words(&problem)))
}

/// Tells a field that is null from one that is absent.
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// A value that the API would take.
pub(super) fn fitting<T, E>(value: Value) -> Result<T, E>
where
    T: DeserializeOwned + Validate<Context = ()>,
    E: Error,
{
    api::json_value(value).map_err(|problem| E::custom(words(&problem)))
}
