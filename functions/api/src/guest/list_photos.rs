//! `GET /events/{token}/photos`: the guest's own photos, page by page.

use cloud::Cloud;
use domain::guard::{self, Audience};
use domain::{PhotoId, Problem};
use futures::future::try_join_all;
use workflow::{grant, settings};

use crate::caller::{GuestId, guest, source_address};
use crate::model::photo::PhotoBody;
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

function!("guest-list-photos", EventToken, list_photos);

/// The guest's own photos, newest first
// A photo that was registered a moment ago may be missing: the index follows the table.
#[utoipa::path(get, path = "/events/{token}/photos", params(PageQuery, GuestId),
    responses((status = 200, body = [PhotoBody<'_>]), Reads))]
async fn list_photos(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let page: Page<PhotoId> = Page::of(request)?;
    let settings = settings(cloud).await?;
    guard::enabled::check(&settings, Audience::Guest)?;
    let grant = grant(cloud, caller).await?;
    let own = caller.scopes(&grant.scope_key).own;
    let mut photos = cloud
        .guest_photos(&grant.event_id, &own, page.after, page.to_read())
        .await?;
    let next = page.cut(&mut photos, |photo| photo.id);
    let bodies = photos
        .iter()
        .map(|photo| PhotoBody::signed(cloud, photo, photo.is_of(&own)));
    Ok(list(try_join_all(bodies).await?, next))
}
