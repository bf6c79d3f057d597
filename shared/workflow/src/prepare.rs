//! Prepares a photo, once: the upload becomes the copy that lists, edits and providers get, and the original goes.
//!
//! Whoever needs the photo first prepares it: the function that the bucket tells of an upload, or the worker of an edit that
//! was asked for at once. Both may do so together: they write the same files, and the first state counts. So a second
//! upload to the same address, before or after, changes nothing.

use bytes::Bytes;
use cloud::{Cloud, ObjectError};
use data_encoding::HEXLOWER;
use domain::operations::{PhotoPrepared, PreparePhoto};
use domain::photo::{Photo, PhotoState, PreparedCopy, Rejection, upload_key};
use media::{Limits, MediaError, PreparedPhoto, Refusal};
use sha2::{Digest, Sha256};

use crate::error::WorkError;
use crate::kit::ProviderKit;
use crate::worker::Worker;

/// Prepares the photo that was uploaded, unless that is done.
///
/// # Errors
/// A failure that another invocation may mend.
pub async fn prepare_photo(
    cloud: &Cloud,
    kit: &ProviderKit,
    payload: &PreparePhoto,
) -> Result<PhotoPrepared, WorkError> {
    let Some((event, id)) = payload.photo() else {
        return Ok(PhotoPrepared::default());
    };
    let state = match cloud.photo(&event, id).await? {
        Some(photo) => {
            let worker = Worker::new(cloud, kit).await?;
            let state = worker.prepared(&photo).await?;
            if let Some(PhotoState::Ready(_) | PhotoState::Rejected { .. }) = state {
                worker.drop_original(&photo).await?;
            }
            state
        }
        None => None,
    };
    if state.is_none() {
        // It was deleted while it was uploaded: nobody else knows the object.
        cloud.remove_objects(&[upload_key(&event, id)]).await?;
    }
    Ok(PhotoPrepared {
        photo_id: Some(id),
        status: state.as_ref().map(PhotoState::status),
    })
}

impl Worker<'_> {
    /// The state of a photo, after preparing it if its original is there. `None` where the photo is gone.
    pub(crate) async fn prepared(&self, photo: &Photo) -> Result<Option<PhotoState>, WorkError> {
        if photo.state != PhotoState::AwaitingUpload {
            return Ok(Some(photo.state.clone()));
        }
        // Fetched inside the slot: a batch of photos would not fit into the memory.
        let slot = self.kit.picture_slot().await?;
        let prepared = match self
            .cloud
            .get_object(&photo.object_key, Limits::PHOTO.max_bytes)
            .await
        {
            Ok(bytes) => {
                slot.work(move || media::prepare_photo(&bytes, &Limits::PHOTO))
                    .await?
            }
            Err(ObjectError::TooLarge(bytes)) => {
                let max = Limits::PHOTO.max_bytes;
                Err(MediaError::TooManyBytes { bytes, max })
            }
            // Not uploaded yet; or somebody else has prepared it since the photo was read, and the original is gone.
            Err(ObjectError::Missing) => return self.state_now(photo).await,
            Err(ObjectError::Port(error)) => return Err(error.into()),
        };
        let state = match prepared {
            Ok(prepared) => PhotoState::Ready(self.store_prepared(photo, prepared).await?),
            Err(error) => {
                let Some(refusal) = error.refusal() else {
                    return Err(WorkError::Internal(error.to_string()));
                };
                tracing::info!(photo_id = %photo.id, kind = error.kind(), %error, "photo rejected");
                PhotoState::Rejected {
                    code: rejection(refusal),
                }
            }
        };
        self.settle(photo, state).await
    }

    async fn store_prepared(
        &self,
        photo: &Photo,
        prepared: PreparedPhoto,
    ) -> Result<PreparedCopy, WorkError> {
        let PreparedPhoto { jpeg, thumbnail, .. } = prepared;
        let (object_key, thumbnail_key) =
            PreparedCopy::keys(&photo.event_id, photo.id, &digest(&jpeg), &digest(&thumbnail));
        let copy = PreparedCopy {
            object_key,
            thumbnail_key,
            width: prepared.width,
            height: prepared.height,
            bytes: (jpeg.len() + thumbnail.len()) as u64,
        };
        let (cloud, mime_type) = (self.cloud, PreparedCopy::MIME_TYPE);
        futures::try_join!(
            cloud.put_object(&copy.object_key, Bytes::from(jpeg), mime_type),
            cloud.put_object(&copy.thumbnail_key, Bytes::from(thumbnail), mime_type),
        )?;
        Ok(copy)
    }

    /// Writes the state. Where another one counts, our files go, unless they are the same.
    async fn settle(&self, photo: &Photo, state: PhotoState) -> Result<Option<PhotoState>, WorkError> {
        if self.cloud.settle_photo(photo, &state).await? {
            return Ok(Some(state));
        }
        let now = self.state_now(photo).await?;
        let orphans = orphans(&state, now.as_ref());
        self.cloud.remove_objects(&orphans).await?;
        Ok(now)
    }

    async fn state_now(&self, photo: &Photo) -> Result<Option<PhotoState>, WorkError> {
        let now = self.cloud.photo(&photo.event_id, photo.id).await?;
        Ok(now.map(|photo| photo.state))
    }

    /// Deletes the original of a prepared or rejected photo, unless originals are kept.
    pub(crate) async fn drop_original(&self, photo: &Photo) -> Result<(), WorkError> {
        if self.settings.keep_originals {
            return Ok(());
        }
        let original = std::slice::from_ref(&photo.object_key);
        Ok(self.cloud.remove_objects(original).await?)
    }
}

/// The files of a state that does not count, without those that the one that counts has, too.
fn orphans(state: &PhotoState, counts: Option<&PhotoState>) -> Vec<String> {
    let kept = counts.and_then(PhotoState::copy).map(PreparedCopy::object_keys);
    let ours = state.copy().into_iter().flat_map(PreparedCopy::object_keys);
    ours.filter(|key| kept.is_none_or(|kept| !kept.contains(key)))
        .cloned()
        .collect()
}

fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

const fn rejection(refusal: Refusal) -> Rejection {
    match refusal {
        Refusal::NotAPicture => Rejection::NotAPicture,
        Refusal::Heic => Rejection::Heic,
        Refusal::Avif => Rejection::Avif,
        Refusal::Gif => Rejection::Gif,
        Refusal::UnsupportedKind => Rejection::UnsupportedKind,
        Refusal::Damaged => Rejection::Damaged,
        Refusal::TooSmall => Rejection::TooSmall,
        Refusal::TooManyPixels => Rejection::TooManyPixels,
        Refusal::TooLarge => Rejection::TooLarge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_photo_that_may_be_uploaded_may_be_edited() {
        assert_eq!(domain::photo::MAX_PHOTO_BYTES, Limits::PHOTO.max_bytes);
    }

    #[test]
    fn a_rejection_has_the_code_of_its_refusal() {
        for refusal in Refusal::ALL {
            assert_eq!(rejection(*refusal).code(), refusal.code());
        }
    }
}
