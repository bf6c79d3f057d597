//! Watermark images: uploaded like a photo, checked when they are set.

use cloud::{Cloud, ObjectError, Presigned};
use domain::watermark::{WATERMARK_FOLDER, WatermarkSettings, watermark_key};
use domain::{Problem, WatermarkId};
use media::Mark;

/// The largest watermark image, in bytes; what `media` takes.
const MAX_WATERMARK_BYTES: u64 = 4_000_000;

/// An image as it is announced; checked by the caller of [`create_watermark`].
#[derive(Debug, Clone)]
pub struct NewWatermark {
    /// `image/png`, `image/webp` or `image/jpeg`.
    pub mime_type: String,
    /// Exactly what will be uploaded.
    pub size_bytes: u64,
}

/// Where to put an image, and what to call it afterwards.
#[derive(Debug, Clone)]
pub struct RegisteredWatermark {
    /// What a watermark names as its `image_key`.
    pub image_key: String,
    /// Takes exactly this type and size.
    pub upload: Presigned,
}

/// Prepares the upload of an image. Nothing is remembered of it: it counts once a watermark names it.
///
/// # Errors
/// The upload cannot be signed.
pub async fn create_watermark(cloud: &Cloud, new: NewWatermark) -> Result<RegisteredWatermark, Problem> {
    let image_key = watermark_key(WatermarkId::new(cloud.now(), cloud.random()));
    let upload = cloud
        .presign_put(&image_key, &new.mime_type, new.size_bytes)
        .await?;
    Ok(RegisteredWatermark { image_key, upload })
}

/// Whether a watermark can be drawn: its numbers are in range, its image is there and can be read.
///
/// # Errors
/// What is wrong, at `pointer` or at `pointer/image_key`.
pub async fn check_watermark(
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
