//! `GET /events/{token}/photos/{photo}`: a guest looks whether its photo can be used.

use cloud::Cloud;
use domain::event::Gallery;
use domain::guard::{self, Audience};
use domain::{EventId, Problem};
use workflow::{grant, settings};

use crate::caller::{GuestId, guest, path_id, source_address};
use crate::model::photo::PhotoBody;
use crate::openapi::Reads;
use crate::response::ok;
use crate::{Answer, Request};

function!("guest-get-photo", EventToken, get_photo);

/// A photo of the guest: whether it can be used, and where to see it
#[utoipa::path(get, path = "/events/{token}/photos/{photo}", params(GuestId),
    responses((status = 200, body = PhotoBody<'_>), Reads))]
async fn get_photo(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let id = path_id(request, "photo", Problem::PhotoNotFound)?;
    let settings = settings(cloud).await?;
    guard::enabled::check(&settings, Audience::Guest)?;
    let grant = grant(cloud, caller).await?;
    let own = caller.scopes(&grant.scope_key).own;
    let found = cloud.photo(&grant.event_id, id).await?;
    let photo = found.ok_or(Problem::PhotoNotFound)?;
    let is_own = photo.is_of(&own);
    // Another guest's photo looks the same as none, but where the gallery is open.
    if !is_own && !shows_everything(cloud, &grant.event_id).await? {
        return Err(Problem::PhotoNotFound);
    }
    Ok(ok(PhotoBody::signed(cloud, &photo, is_own).await?))
}

async fn shows_everything(cloud: &Cloud, event: &EventId) -> Result<bool, Problem> {
    let event = cloud.event(event).await?.ok_or(Problem::EventNotFound)?;
    Ok(event.policy.gallery == Gallery::Open)
}
