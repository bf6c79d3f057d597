//! `GET /tenant/events/{eventSlug}/photos`: an organiser looks through an event's photos.

use cloud::Cloud;
use domain::{PhotoId, Problem};
use futures::future::try_join_all;
use workflow::event_of;

use crate::caller::{tenant, tenant_caller};
use crate::model::photo::PhotoBody;
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

function!("tenant-list-photos", Tenant, list_event_photos);

/// All photos of the event, newest first
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/photos", params(PageQuery),
    responses((status = 200, body = [PhotoBody<'_>]), Reads))]
async fn list_event_photos(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let page: Page<PhotoId> = Page::of(request)?;
    let event = event_of(cloud, tenant_caller(request, &tenant_id)).await?;
    let mut photos = cloud.photos(&event, page.after, page.to_read()).await?;
    let next = page.cut(&mut photos, |photo| photo.id);
    let bodies = photos
        .iter()
        .map(|photo| PhotoBody::signed(cloud, photo, photo.guest.is_none()));
    Ok(list(try_join_all(bodies).await?, next))
}
