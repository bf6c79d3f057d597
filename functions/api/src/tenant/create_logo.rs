//! `POST /tenant/events/{eventSlug}/logos`: a logo is uploaded like a photo, and checked when the event's page names it.

use cloud::{Cloud, Presigned};
use domain::event::logo_key;
use domain::{LogoId, Problem};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::event_of;

use crate::body::json_body;
use crate::caller::{tenant, tenant_caller};
use crate::model::page::MAX_LOGO_BYTES;
use crate::model::upload::{MimeType, UploadBody};
use crate::openapi::Writes;
use crate::response::created;
use crate::{Answer, Request};

/// A logo that is announced.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogoInput {
    /// What kind of picture it is; only PNG and WebP can be see-through.
    #[garde(skip)]
    mime_type: MimeType,
    /// Exactly what will be uploaded.
    #[garde(range(min = 1, max = MAX_LOGO_BYTES))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    size_bytes: u64,
}

/// Where to upload a logo, and what the event's page then names it by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewLogoBody<'a> {
    image_key: &'a str,
    upload: UploadBody<'a>,
}

function!("tenant-create-logo", Tenant, create_logo);

/// Says where to upload a logo
// Nothing is stored: a logo counts once the event's page names it.
#[utoipa::path(post, path = "/tenant/events/{eventSlug}/logos", request_body = LogoInput,
    responses((status = 201, body = NewLogoBody<'_>), Writes))]
async fn create_logo(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let input: LogoInput = json_body(request)?;
    let event = event_of(cloud, tenant_caller(request, &tenant_id)).await?;
    let image_key = logo_key(&event, LogoId::new(cloud.now(), cloud.random()));
    let upload = cloud
        .presign_put(&image_key, input.mime_type.as_str(), input.size_bytes)
        .await?;
    Ok(created(NewLogoBody::new(&image_key, &upload)))
}

impl<'a> NewLogoBody<'a> {
    fn new(image_key: &'a str, upload: &'a Presigned) -> Self {
        Self {
            image_key,
            upload: UploadBody::new(upload),
        }
    }
}
