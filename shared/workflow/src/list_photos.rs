//! A guest looks through the event's photos.

use cloud::Cloud;
use domain::event::Photo;
use domain::guard::{self, Audience};
use domain::scope::GuestCaller;
use domain::{PhotoId, Problem};
use futures::future::try_join_all;

use crate::guest::{grant, settings};

/// A photo and where to see it.
#[derive(Debug, Clone)]
pub struct PhotoAnswer {
    /// As stored.
    pub photo: Photo,
    /// Works for a while.
    pub url: String,
}

/// A page of photos, newest first.
#[derive(Debug, Clone)]
pub struct PhotoPage {
    /// The page.
    pub photos: Vec<PhotoAnswer>,
    /// After which photo the next page begins; `None` on the last.
    pub next: Option<PhotoId>,
}

/// Lists photos after one that was seen.
///
/// # Errors
/// Layer 1, and an unknown token.
pub async fn list_photos(
    cloud: &Cloud,
    caller: GuestCaller<'_>,
    after: Option<PhotoId>,
    limit: u32,
) -> Result<PhotoPage, Problem> {
    let settings = settings(cloud).await?;
    guard::enabled::check(&settings, Audience::Guest)?;
    let grant = grant(cloud, caller).await?;
    // One more than asked for tells whether there is a next page.
    let mut photos = cloud.photos(&grant.event_id, after, limit + 1).await?;
    let more = photos.len() > limit as usize;
    photos.truncate(limit as usize);
    let next = photos.last().filter(|_| more).map(|photo| photo.id);
    let photos = try_join_all(photos.into_iter().map(|photo| async {
        let url = cloud.presign_get(&photo.object_key).await?.url;
        Ok::<_, Problem>(PhotoAnswer { photo, url })
    }))
    .await?;
    Ok(PhotoPage { photos, next })
}
