//! The guest's photo, as a provider may see it.

use bytes::Bytes;
use cloud::ObjectError;
use domain::Edit;
use media::Limits;
use providers::SourcePhoto;

use crate::error::WorkError;
use crate::worker::Worker;

impl Worker<'_> {
    /// Reads and prepares the photo. A photo that is missing, too large or unreadable is the guest's failure.
    pub(crate) async fn source_photo(&self, edit: &Edit) -> Result<SourcePhoto, WorkError> {
        let key = &edit.photo_object_key;
        let bytes = match self.cloud.get_object(key, Limits::PHOTO.max_bytes).await {
            Ok(bytes) => bytes,
            Err(ObjectError::Port(error)) => return Err(error.into()),
            Err(ObjectError::Missing) => {
                return Err(WorkError::bad_photo("never_uploaded", "there is no such file"));
            }
            Err(error @ ObjectError::TooLarge(_)) => {
                return Err(WorkError::bad_photo("too_many_bytes", error));
            }
        };
        let prepare = move || media::prepare_photo(&bytes, &Limits::PHOTO);
        match self.kit.on_picture(prepare).await? {
            Ok(photo) => Ok(SourcePhoto {
                jpeg: Bytes::from(photo.jpeg),
                width: photo.width,
                height: photo.height,
            }),
            Err(error) => Err(WorkError::bad_photo(error.kind(), error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_photo_that_may_be_uploaded_may_be_edited() {
        assert_eq!(domain::event::MAX_PHOTO_BYTES, Limits::PHOTO.max_bytes);
    }
}
