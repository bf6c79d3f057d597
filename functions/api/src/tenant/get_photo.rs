//! `GET /tenant/events/{eventSlug}/photos/{photo}`: an organiser looks at a photo.

use cloud::Cloud;
use domain::{PhotoId, Problem};
use workflow::event_of;

use crate::caller::{path_id, tenant, tenant_caller};
use crate::model::photo::PhotoBody;
use crate::openapi::Reads;
use crate::response::ok;
use crate::{Answer, Request};

function!("tenant-get-photo", Tenant, get_event_photo);

/// A photo of the event
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/photos/{photo}",
    responses((status = 200, body = PhotoBody<'_>), Reads))]
async fn get_event_photo(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let event = event_of(cloud, tenant_caller(request, &tenant_id)).await?;
    let id: PhotoId = path_id(request, "photo", Problem::PhotoNotFound)?;
    let photo = cloud.photo(&event, id).await?.ok_or(Problem::PhotoNotFound)?;
    Ok(ok(PhotoBody::signed(cloud, &photo, photo.guest.is_none()).await?))
}
