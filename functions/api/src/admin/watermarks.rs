//! `POST /admin/watermarks`: watermark images are uploaded like photos, and checked when a watermark names them.

use cloud::{Cloud, ObjectError, Presigned};
use domain::watermark::{WATERMARK_FOLDER, WatermarkSettings, watermark_key};
use domain::{Problem, WatermarkId};
use garde::Validate;
use media::Mark;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::json_body;
use crate::model::upload::{MimeType, UploadBody};
use crate::openapi::Changes;
use crate::response::created;
use crate::{Answer, Request};

/// The largest watermark image, in bytes: the most that `media` takes.
const MAX_WATERMARK_BYTES: u64 = 4_000_000;

/// A watermark image that is announced.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WatermarkImageInput {
    /// What kind of picture it is; only PNG and WebP can be see-through.
    #[garde(skip)]
    mime_type: MimeType,
    /// Exactly what will be uploaded.
    #[garde(range(min = 1, max = MAX_WATERMARK_BYTES))]
    #[schema(minimum = 1, maximum = 4_000_000)]
    size_bytes: u64,
}

/// Where to upload a watermark image, and what a watermark then names it by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewWatermarkBody<'a> {
    image_key: &'a str,
    upload: UploadBody<'a>,
}

function!("admin-watermarks", Superadmin, create_watermark);

/// Says where to upload a watermark image
// Nothing is stored: an image counts once a watermark names it.
#[utoipa::path(post, path = "/admin/watermarks", request_body = WatermarkImageInput,
    responses((status = 201, body = NewWatermarkBody<'_>), Changes))]
async fn create_watermark(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let input: WatermarkImageInput = json_body(request)?;
    let image_key = watermark_key(WatermarkId::new(cloud.now(), cloud.random()));
    let upload = cloud
        .presign_put(&image_key, input.mime_type.as_str(), input.size_bytes)
        .await?;
    Ok(created(NewWatermarkBody::new(&image_key, &upload)))
}

/// Refuses a watermark that cannot be drawn.
///
/// # Errors
/// A number is out of range (at `pointer`), or the image is missing or unreadable (at `pointer/image_key`).
pub(crate) async fn check_watermark(
    cloud: &Cloud,
    pointer: &str,
    watermark: &WatermarkSettings,
) -> Result<(), Problem> {
    watermark.check().map_err(|why| Problem::field(pointer, why))?;
    let Some(key) = &watermark.image_key else {
        return Ok(());
    };
    let wrong = |why: String| Problem::field(&format!("{pointer}/image_key"), why);
    if !key.starts_with(WATERMARK_FOLDER) {
        return Err(wrong(format!(
            "must begin with `{WATERMARK_FOLDER}`: upload the image with POST /admin/watermarks first"
        )));
    }
    let bytes = match cloud.get_object(key, MAX_WATERMARK_BYTES).await {
        Ok(bytes) => bytes,
        Err(ObjectError::Missing) => {
            return Err(wrong("there is no such image; was it uploaded?".to_owned()));
        }
        Err(ObjectError::TooLarge(bytes)) => {
            let detail = format!("the image has {bytes} bytes, {MAX_WATERMARK_BYTES} at most");
            return Err(wrong(detail));
        }
        Err(ObjectError::Port(error)) => return Err(error.into()),
    };
    match Mark::decode(&bytes) {
        Ok(_) => Ok(()),
        Err(error) => Err(wrong(format!("is not an image that can be used: {error}"))),
    }
}

impl<'a> NewWatermarkBody<'a> {
    pub(crate) fn new(image_key: &'a str, upload: &'a Presigned) -> Self {
        Self {
            image_key,
            upload: UploadBody::new(upload),
        }
    }
}
