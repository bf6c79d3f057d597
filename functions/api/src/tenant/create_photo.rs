//! `POST /tenant/events/{eventSlug}/photos`: an organiser registers a photo and gets a URL to upload it to.

use cloud::{Cloud, Counted};
use domain::context::seconds_left_in_month;
use domain::guard;
use domain::photo::{MAX_PHOTO_BYTES, Photo, PhotoState, upload_key};
use domain::{PhotoId, Problem};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use workflow::settings;

use crate::body::json_body;
use crate::caller::{tenant, tenant_caller};
use crate::guest::create_photo::NewPhotoBody;
use crate::model::upload::MimeType;
use crate::openapi::{Limits, Writes};
use crate::response::created;
use crate::{Answer, Request};

/// A photo that an organiser announces.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantPhotoInput {
    /// What kind of picture it is.
    #[garde(skip)]
    mime_type: MimeType,
    /// Exactly what will be uploaded.
    #[garde(range(min = 1, max = MAX_PHOTO_BYTES))]
    #[schema(minimum = 1, maximum = 30_000_000)]
    size_bytes: u64,
}

function!("tenant-create-photo", Tenant, create_event_photo);

/// Registers a photo and says where to upload it
// It counts among the event's photos of the month, like a guest's.
#[utoipa::path(post, path = "/tenant/events/{eventSlug}/photos", request_body = TenantPhotoInput,
    responses((status = 201, body = NewPhotoBody<'_>), Writes, Limits))]
async fn create_event_photo(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let input: TenantPhotoInput = json_body(request)?;
    let event = super::event(cloud, tenant_caller(request, &tenant_id)).await?;
    let now = cloud.now();
    // Nobody should upload a photo that cannot be edited.
    guard::entitlement::check(&event, now)?;
    let settings = settings(cloud).await?;
    if cloud.count_photo_of_event(&event.id, &settings).await? != Counted::Yes {
        return Err(Problem::TooManyPhotos(seconds_left_in_month(now)));
    }
    let id = PhotoId::new(now, cloud.random());
    let photo = Photo {
        id,
        object_key: upload_key(&event.id, id),
        event_id: event.id,
        consent: None,
        guest: None,
        mime_type: input.mime_type.as_str().to_owned(),
        size_bytes: input.size_bytes,
        created_at: now,
        state: PhotoState::default(),
    };
    let upload = cloud.presign_put(&photo.object_key, &photo.mime_type, photo.size_bytes);
    let ((), upload) = futures::try_join!(cloud.put_photo(&photo), upload)?;
    Ok(created(NewPhotoBody::new(&photo, &upload)))
}
