//! `GET /events/{token}/photos`: the guest's own photos, page by page.

use cloud::Cloud;
use domain::event::Photo;
use domain::guard::{self, Audience};
use domain::{PhotoId, Problem};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use workflow::{grant, settings};

use crate::caller::{GuestId, guest, source_address};
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

/// A photo and where to see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PhotoBody<'a> {
    #[schema(value_type = String)]
    id: PhotoId,
    mime_type: &'a str,
    size_bytes: u64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Works for a while.
    url: &'a str,
}

function!("guest-list-photos", EventToken, list_photos);

/// The guest's own photos, newest first
#[utoipa::path(get, path = "/events/{token}/photos", params(PageQuery, GuestId),
    responses((status = 200, body = [PhotoBody<'_>]), Reads))]
async fn list_photos(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let page: Page<PhotoId> = Page::of(request)?;
    let settings = settings(cloud).await?;
    guard::enabled::check(&settings, Audience::Guest)?;
    let grant = grant(cloud, caller).await?;
    let scopes = caller.scopes(&grant.scope_key);
    let mut photos = cloud
        .guest_photos(&grant.event_id, &scopes.own, page.after, page.to_read())
        .await?;
    let next = page.cut(&mut photos, |photo| photo.id);
    let links = photos.iter().map(|photo| cloud.presign_get(&photo.object_key));
    let links = try_join_all(links).await?;
    let bodies = photos
        .iter()
        .zip(&links)
        .map(|(photo, link)| PhotoBody::new(photo, &link.url));
    Ok(list(bodies, next))
}

impl<'a> PhotoBody<'a> {
    pub(crate) fn new(photo: &'a Photo, url: &'a str) -> Self {
        Self {
            id: photo.id,
            mime_type: &photo.mime_type,
            size_bytes: photo.size_bytes,
            created_at: photo.created_at,
            url,
        }
    }
}
