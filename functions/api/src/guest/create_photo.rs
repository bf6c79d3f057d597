//! `POST /events/{token}/photos`: a guest registers a photo and gets a URL to upload it to.

use cloud::{Cloud, Counted, Presigned};
use domain::context::{seconds_left_in_hour, seconds_left_in_month};
use domain::event::{Consented, EventPolicy};
use domain::guard::{self, Audience, Layer};
use domain::metric::{About, Metric};
use domain::photo::{MAX_PHOTO_BYTES, Photo, PhotoState, upload_key};
use domain::{PhotoId, Problem};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::{grant, settings};

use crate::body::json_body;
use crate::caller::{GuestId, guest, source_address};
use crate::model::upload::{MimeType, UploadBody};
use crate::openapi::{Limits, Refusals, Writes};
use crate::response::created;
use crate::{Answer, Request};

/// A photo that is announced.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhotoInput {
    /// What kind of picture it is.
    #[garde(skip)]
    pub mime_type: MimeType,
    /// Exactly what will be uploaded.
    #[garde(range(min = 1, max = MAX_PHOTO_BYTES))]
    #[schema(minimum = 1, maximum = 30_000_000)]
    pub size_bytes: u64,
    /// The version of the event's consent text that the guest agreed to; needed where the event has one.
    #[garde(skip)]
    #[schema(minimum = 1)]
    pub consent_version: Option<u32>,
}

/// A registered photo and where to put it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewPhotoBody<'a> {
    #[schema(value_type = String)]
    id: PhotoId,
    mime_type: &'a str,
    size_bytes: u64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    upload: UploadBody<'a>,
}

function!("guest-create-photo", EventToken, create_photo);

/// Registers a photo and says where to upload it
#[utoipa::path(post, path = "/events/{token}/photos", params(GuestId), request_body = PhotoInput,
    responses((status = 201, body = NewPhotoBody<'_>), Writes, Refusals, Limits))]
async fn create_photo(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let input: PhotoInput = json_body(request)?;
    let settings = settings(cloud).await?;
    guard::enabled::check(&settings, Audience::Guest)?;
    let grant = grant(cloud, caller).await?;
    let event = cloud
        .event(&grant.event_id)
        .await?
        .ok_or(Problem::EventNotFound)?;
    let now = cloud.now();
    // Nobody should upload a photo that cannot be edited.
    guard::entitlement::check(&event, now)?;
    let consent = consented(&event.policy, input.consent_version, now)?;
    let scopes = caller.scopes(&grant.scope_key);
    let full = match cloud.count_photo(&event.id, &scopes, &settings).await? {
        Counted::Yes => None,
        Counted::FullHour => Some(Problem::RateLimited(seconds_left_in_hour(now))),
        Counted::FullMonth => Some(Problem::TooManyPhotos(seconds_left_in_month(now))),
    };
    if let Some(problem) = full {
        let about = About::event(&event.tenant_id, &event.id);
        cloud.measure(about, &[(Metric::Refusals(Layer::Abuse), 1)]);
        return Err(problem);
    }
    let id = PhotoId::new(now, cloud.random());
    let photo = Photo {
        id,
        object_key: upload_key(&event.id, id),
        event_id: event.id,
        consent,
        guest: Some(scopes.own),
        mime_type: input.mime_type.as_str().to_owned(),
        size_bytes: input.size_bytes,
        created_at: now,
        state: PhotoState::AwaitingUpload,
    };
    let upload = cloud.presign_put(&photo.object_key, &photo.mime_type, photo.size_bytes);
    let ((), upload) = futures::try_join!(cloud.put_photo(&photo), upload)?;
    Ok(created(NewPhotoBody::new(&photo, &upload)))
}

/// The guest's consent, where the event asks for it.
///
/// # Errors
/// The guest agreed to nothing, or to another text than the event's.
fn consented(
    policy: &EventPolicy,
    version: Option<u32>,
    now: Timestamp,
) -> Result<Option<Consented>, Problem> {
    let Some(asked) = &policy.consent else {
        return Ok(None);
    };
    if version != Some(asked.version) {
        return Err(Problem::ConsentRequired);
    }
    Ok(Some(Consented {
        version: asked.version,
        at: now,
    }))
}

impl<'a> NewPhotoBody<'a> {
    pub(crate) fn new(photo: &'a Photo, upload: &'a Presigned) -> Self {
        Self {
            id: photo.id,
            mime_type: &photo.mime_type,
            size_bytes: photo.size_bytes,
            created_at: photo.created_at,
            upload: UploadBody::new(upload),
        }
    }
}
