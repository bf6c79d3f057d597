//! `DELETE /tenant/events/{eventSlug}/photos/{photo}`: an organiser takes a photo away.

use cloud::Cloud;
use domain::audit::Action;
use domain::{PhotoId, Problem};

use crate::caller::{actor, path_id, tenant, tenant_caller};
use crate::openapi::Reads;
use crate::response::no_content;
use crate::{Answer, Request};

function!("tenant-delete-photo", Tenant, delete_event_photo);

/// Deletes a photo, with the pictures that were made of it
#[utoipa::path(delete, path = "/tenant/events/{eventSlug}/photos/{photo}",
    responses((status = 204), Reads))]
async fn delete_event_photo(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let by = actor(request)?;
    let event = super::event(cloud, tenant_caller(request, &tenant_id)).await?;
    let id: PhotoId = path_id(request, "photo", Problem::PhotoNotFound)?;
    let photo = cloud.photo(&event.id, id).await?.ok_or(Problem::PhotoNotFound)?;
    let deed = by.did(Action::PhotoDeleted).of(&tenant_id).at(&event.id).to(&id);
    if !cloud.delete_photo(&photo, Some(&deed)).await? {
        return Err(Problem::PhotoNotFound);
    }
    Ok(no_content())
}
