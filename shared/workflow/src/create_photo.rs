//! A guest registers a photo and gets a URL to upload it to.

use cloud::{Cloud, Presigned};
use domain::event::{Photo, photo_key};
use domain::guard::{self, Audience};
use domain::scope::GuestCaller;
use domain::{PhotoId, Problem};

use crate::guest::{grant, settings};

/// A photo as it is announced; checked by the caller of [`create_photo`].
#[derive(Debug, Clone)]
pub struct NewPhoto {
    /// `image/jpeg`, `image/png` or `image/webp`.
    pub mime_type: String,
    /// Exactly what will be uploaded.
    pub size_bytes: u64,
}

/// A registered photo and where to put it.
#[derive(Debug, Clone)]
pub struct RegisteredPhoto {
    /// As stored.
    pub photo: Photo,
    /// Takes exactly this type and size.
    pub upload: Presigned,
}

/// Registers a photo.
///
/// # Errors
/// Layers 1 and 2: there is no point in uploading what cannot be edited.
pub async fn create_photo(
    cloud: &Cloud,
    caller: GuestCaller<'_>,
    new: NewPhoto,
) -> Result<RegisteredPhoto, Problem> {
    let settings = settings(cloud).await?;
    guard::enabled::check(&settings, Audience::Guest)?;
    let grant = grant(cloud, caller).await?;
    let event = cloud
        .event(&grant.event_id)
        .await?
        .ok_or(Problem::EventNotFound)?;
    let now = cloud.now();
    guard::entitlement::check(&event, now)?;
    let id = PhotoId::new(now, cloud.random());
    let photo = Photo {
        id,
        event_id: event.id,
        mime_type: new.mime_type,
        size_bytes: new.size_bytes,
        object_key: photo_key(&event.slug, id),
        created_at: now,
    };
    let presigned = cloud.presign_put(&photo.object_key, &photo.mime_type, photo.size_bytes);
    let ((), upload) = futures::try_join!(cloud.put_photo(&photo), presigned)?;
    Ok(RegisteredPhoto { photo, upload })
}
