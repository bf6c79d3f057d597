//! Events as they are managed.

use domain::guard::GrantedBy;
use domain::{Event, EventId, EventSlug, PackageKey, TenantId};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{EventAddonBody, MAX_NAME, PackageBody, WatermarkBody, WatermarkInput, not_blank};
use crate::model::CapabilitiesBody;

/// An event. Its policy and add-ons have resources of their own and stay as they are.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminEventInput {
    /// Whose event it is; never changes.
    #[garde(skip)]
    #[schema(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    pub tenant_id: TenantId,
    /// Its name in URLs and storage paths; unique within the tenant.
    #[garde(skip)]
    #[schema(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    pub slug: EventSlug,
    /// For people.
    #[garde(length(chars, min = 1, max = MAX_NAME), custom(not_blank))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Null: none.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>)]
    pub package_key: Option<PackageKey>,
    /// Null: the tenant's.
    #[serde(default)]
    #[garde(dive)]
    pub watermark: Option<WatermarkInput>,
}

/// An event as the superadmin sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminEvent)]
pub struct AdminEventBody<'a> {
    #[schema(value_type = String)]
    id: &'a EventId,
    #[schema(value_type = String)]
    tenant_id: &'a TenantId,
    #[schema(value_type = String)]
    slug: &'a EventSlug,
    name: &'a str,
    #[schema(value_type = Option<String>)]
    package_key: Option<&'a PackageKey>,
    package: Option<PackageBody<'a>>,
    addons: Vec<EventAddonBody<'a>>,
    watermark: Option<WatermarkBody>,
    capabilities: CapabilitiesBody,
}

impl<'a> AdminEventBody<'a> {
    /// An event, and what unlocks AI edits for it now.
    pub fn new(event: &'a Event, granted_by: Option<GrantedBy>, now: Timestamp) -> Self {
        let addons = event.addons.iter();
        Self {
            id: &event.id,
            tenant_id: &event.tenant_id,
            slug: &event.slug,
            name: &event.name,
            package_key: event.package.as_ref().map(|package| &package.key),
            package: event.package.as_ref().map(PackageBody::new),
            addons: addons.map(|addon| EventAddonBody::new(addon, now)).collect(),
            watermark: event.watermark.as_ref().map(WatermarkBody::new),
            capabilities: CapabilitiesBody::new(granted_by),
        }
    }
}
