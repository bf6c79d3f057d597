//! `DELETE /events/{token}/photos/{photo}`: a guest takes a photo away.

use cloud::Cloud;
use domain::Problem;
use domain::guard::Refusal;
use workflow::{grant, settings};

use crate::caller::{GuestId, guest, path_id, source_address};
use crate::openapi::Reads;
use crate::response::no_content;
use crate::{Answer, Request};

function!("guest-delete-photo", EventToken, delete_photo);

/// Deletes one of the guest's own photos, with the pictures that were made of it
#[utoipa::path(delete, path = "/events/{token}/photos/{photo}", params(GuestId),
    responses((status = 204), Reads))]
async fn delete_photo(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let id = path_id(request, "photo", Problem::PhotoNotFound)?;
    let settings = settings(cloud).await?;
    if !settings.guest_enabled {
        return Err(Refusal::FeatureDisabled(settings.status_message.clone()).into());
    }
    let grant = grant(cloud, caller).await?;
    let own = caller.scopes(&grant.scope_key).own;
    let photo = cloud.photo(&grant.event_id, id).await?;
    let photo = photo.filter(|photo| photo.guest.as_ref() == Some(&own));
    let photo = photo.ok_or(Problem::PhotoNotFound)?;
    if !cloud.delete_photo(&photo, None).await? {
        return Err(Problem::PhotoNotFound);
    }
    Ok(no_content())
}
