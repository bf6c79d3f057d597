//! The photo of an edit, as a provider may see it.

use cloud::ObjectError;
use domain::Edit;
use domain::photo::{PhotoState, PreparedCopy, photo_of_upload};
use providers::SourcePhoto;

use crate::error::WorkError;
use crate::worker::Worker;

/// A prepared copy is smaller than any upload may be: this only bounds what a wrong object could do to the memory.
const MAX_COPY_BYTES: u64 = 30_000_000;

impl Worker<'_> {
    /// The prepared photo, after preparing it where nobody has; `None` while it is not uploaded. A photo that is gone or
    /// cannot be used is the guest's failure.
    pub(crate) async fn source_photo(&self, edit: &Edit) -> Result<Option<SourcePhoto>, WorkError> {
        let found = self.cloud.photo(&edit.event_id, edit.photo_id).await?;
        let photo = found.ok_or_else(gone)?;
        let was_open = photo.state == PhotoState::AwaitingUpload;
        let state = self.prepared(&photo).await?.ok_or_else(gone)?;
        // Whoever hears of an upload deletes it. Of older originals, which lie elsewhere, nobody hears.
        if was_open && state != PhotoState::AwaitingUpload && photo_of_upload(&photo.object_key).is_none() {
            self.drop_original(&photo).await?;
        }
        match state {
            PhotoState::AwaitingUpload => Ok(None),
            PhotoState::Ready(copy) => self.read_copy(&copy).await.map(Some),
            PhotoState::Rejected { code } => Err(WorkError::bad_photo(code.code(), code.message())),
        }
    }

    /// The photo of an edit that a provider has already had.
    pub(crate) async fn submitted_photo(&self, edit: &Edit) -> Result<SourcePhoto, WorkError> {
        let found = self.cloud.photo(&edit.event_id, edit.photo_id).await?;
        match found.ok_or_else(gone)?.state {
            PhotoState::Ready(copy) => self.read_copy(&copy).await,
            PhotoState::AwaitingUpload | PhotoState::Rejected { .. } => {
                Err(WorkError::bad_photo("not_prepared", "there is no prepared copy"))
            }
        }
    }

    async fn read_copy(&self, copy: &PreparedCopy) -> Result<SourcePhoto, WorkError> {
        match self.cloud.get_object(&copy.object_key, MAX_COPY_BYTES).await {
            Ok(jpeg) => Ok(SourcePhoto {
                jpeg,
                width: copy.width,
                height: copy.height,
            }),
            Err(ObjectError::Port(error)) => Err(error.into()),
            Err(error @ (ObjectError::Missing | ObjectError::TooLarge(_))) => {
                Err(WorkError::bad_photo("copy_lost", error))
            }
        }
    }
}

fn gone() -> WorkError {
    WorkError::bad_photo("gone", "the photo was deleted")
}
