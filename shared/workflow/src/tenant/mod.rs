//! What organisers do at their events, apart from asking for edits.
//!
//! None of it is refused by a layer of protection: whoever wants to know why nothing works must be able to look.

mod list_edits;
mod list_styles;
mod settings;
mod summary;

pub use list_edits::{EditPage, list_edits};
pub use list_styles::{Hurdle, TenantStyle, list_styles};
pub use settings::{EventSettings, change_settings, get_settings};
pub use summary::{EventSummary, get_summary};

use cloud::Cloud;
use domain::scope::TenantCaller;
use domain::{Event, Problem};

use crate::entry::event_of;

/// The event that an organiser means, read in whole.
async fn event(cloud: &Cloud, caller: TenantCaller<'_>) -> Result<Event, Problem> {
    let id = event_of(cloud, caller).await?;
    let event = cloud.event(&id).await?;
    event
        .filter(|event| event.tenant_id == *caller.tenant_id)
        .ok_or(Problem::EventNotFound)
}
