//! `GET /events/{token}/gallery`: what guests see of each other's edits.

use cloud::Cloud;
use domain::edit::OutputLinks;
use domain::guard::Refusal;
use domain::{Edit, EditId, Problem, StyleKey};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use workflow::{grant, output_links, settings};

use crate::caller::{GuestId, guest, source_address};
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

/// A finished edit that every guest may see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownBody<'a> {
    #[schema(value_type = String)]
    id: EditId,
    #[schema(value_type = Option<String>)]
    style_key: Option<&'a StyleKey>,
    /// At most 480 pixels.
    thumbnail_url: &'a str,
    url: &'a str,
    /// Until then both addresses work.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Of the picture at `url`.
    width: u32,
    height: u32,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

function!("guest-list-gallery", EventToken, list_gallery);

/// Finished edits that every guest may see, newest first; none where the gallery is off
#[utoipa::path(get, path = "/events/{token}/gallery", params(PageQuery, GuestId),
    responses((status = 200, body = [ShownBody<'_>]), Reads))]
async fn list_gallery(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let page: Page<EditId> = Page::of(request)?;
    let settings = settings(cloud).await?;
    if !settings.guest_enabled {
        return Err(Refusal::FeatureDisabled(settings.status_message.clone()).into());
    }
    let grant = grant(cloud, caller).await?;
    let event = cloud.event(&grant.event_id).await?;
    let gallery = event.ok_or(Problem::EventNotFound)?.policy.gallery;
    let mut edits = cloud
        .gallery(&grant.event_id, gallery, page.after, page.to_read())
        .await?;
    let next = page.cut(&mut edits, |edit| edit.id);
    let links = try_join_all(edits.iter().map(|edit| output_links(cloud, edit))).await?;
    let shown = edits.iter().zip(&links);
    let bodies = shown.filter_map(|(edit, links)| Some(ShownBody::new(edit, links.as_ref()?)));
    Ok(list(bodies, next))
}

impl<'a> ShownBody<'a> {
    fn new(edit: &'a Edit, links: &'a OutputLinks) -> Self {
        Self {
            id: edit.id,
            style_key: edit.style_key.as_ref(),
            thumbnail_url: &links.thumbnail_url,
            url: &links.url,
            expires_at: links.expires_at,
            width: links.stored.width,
            height: links.stored.height,
            created_at: edit.created_at,
        }
    }
}
