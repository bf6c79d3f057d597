//! The guest's photo, as a provider may see it.

use bytes::Bytes;
use cloud::{Cloud, ObjectError};
use domain::Edit;
use media::Limits;
use providers::SourcePhoto;

use crate::studio::Studio;
use crate::work_error::WorkError;

/// The photo, or why it is none: that is the guest's matter, not the worker's.
pub(crate) async fn prepared(
    cloud: &Cloud,
    studio: &Studio,
    edit: &Edit,
) -> Result<Result<SourcePhoto, String>, WorkError> {
    let bytes = match cloud
        .get_object(&edit.photo_object_key, Limits::PHOTO.max_bytes)
        .await
    {
        Ok(bytes) => bytes,
        Err(ObjectError::Port(error)) => return Err(error.into()),
        Err(ObjectError::Missing) => return Ok(Err("the photo was never uploaded".to_owned())),
        Err(error @ ObjectError::TooLarge(_)) => return Ok(Err(error.to_string())),
    };
    let prepared = studio
        .work(move || media::prepare_photo(&bytes, &Limits::PHOTO))
        .await?;
    Ok(match prepared {
        Ok(photo) => Ok(SourcePhoto {
            jpeg: Bytes::from(photo.jpeg),
            width: photo.width,
            height: photo.height,
        }),
        Err(error) => Err(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_uploaded_may_be_edited() {
        assert_eq!(domain::event::MAX_PHOTO_BYTES, Limits::PHOTO.max_bytes);
    }
}
