//! What organisers call, with a JWT that names their tenant.
//!
//! Apart from asking for edits, no layer of protection refuses any of it: an organiser must be able to see why nothing
//! works.

pub(crate) mod approve_edit;
pub(crate) mod create_edit;
pub(crate) mod create_logo;
pub(crate) mod create_photo;
pub(crate) mod delete_edit;
pub(crate) mod delete_photo;
pub(crate) mod export_edits;
pub(crate) mod get_activity;
pub(crate) mod get_edit;
pub(crate) mod get_photo;
pub(crate) mod get_settings;
pub mod get_summary;
pub mod get_usage;
pub(crate) mod guest_links;
pub(crate) mod hide_edit;
pub(crate) mod list_audit;
pub(crate) mod list_edits;
pub mod list_events;
pub(crate) mod list_photos;
pub(crate) mod list_styles;
pub(crate) mod list_usage_entries;
mod review;
pub(crate) mod show_edit;
pub mod update_settings;

use cloud::Cloud;
use domain::scope::TenantCaller;
use domain::{Event, Problem};
use workflow::event_of;

/// The whole event that an organiser means.
async fn event(cloud: &Cloud, caller: TenantCaller<'_>) -> Result<Event, Problem> {
    let id = event_of(cloud, caller).await?;
    let event = cloud.event(&id).await?;
    event
        .filter(|event| event.tenant_id == *caller.tenant_id)
        .ok_or(Problem::EventNotFound)
}
