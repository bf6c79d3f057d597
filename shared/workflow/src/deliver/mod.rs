//! Delivers a finished picture: fetches it, checks it, watermarks it, marks it as made with AI, stores it and settles
//! the money.

mod picture;

use domain::edit::{Step, StoredOutput};
use domain::message::Unfetched;
use domain::watermark;
use domain::{Edit, FailureCode, MicroUsd};
use jiff::Timestamp;
use media::Finished;
use providers::{Output, OutputImage};

use crate::error::WorkError;
use crate::worker::{LoadedEdit, Worker};

/// A provider's output on its way to the guest.
pub(crate) struct Delivery<'a> {
    /// The edit, processing.
    pub(crate) loaded: &'a LoadedEdit,
    pub(crate) output: Output,
    /// When the provider reported the output.
    pub(crate) received_at: Timestamp,
    pub(crate) polls: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DeliveryOutcome {
    /// The edit is terminal.
    Ended,
    /// The picture is out of reach for the moment.
    NotFetched(UnfetchedOutput),
}

/// A picture that the provider has made and that cannot be fetched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnfetchedOutput {
    pub(crate) reason: String,
    /// It broke off while it was read.
    pub(crate) broke_off: bool,
    /// What the provider charges all the same.
    pub(crate) charge: MicroUsd,
}

impl UnfetchedOutput {
    /// What the next poll message says of it, after what the last one said.
    pub(crate) fn after(&self, before: Option<Unfetched>) -> Unfetched {
        let before = before.map_or(0, |picture| picture.broken_off);
        Unfetched {
            charge_micro_usd: self.charge,
            broken_off: if self.broke_off { before + 1 } else { 0 },
        }
    }
}

impl Worker<'_> {
    /// Delivers an output. A second delivery stores the same objects and settles nothing. An output that is of no use ends
    /// the edit: it is paid for, and another attempt would be too.
    pub(crate) async fn deliver(&self, delivery: Delivery<'_>) -> Result<DeliveryOutcome, WorkError> {
        let Delivery {
            loaded,
            output,
            received_at,
            polls,
        } = delivery;
        let edit = &loaded.edit;
        let charge = output.charge(edit.estimate());
        if output.flagged {
            let flagged = Step::Fail {
                code: FailureCode::Moderated,
                detail: "the provider flagged the picture".to_owned(),
                polls,
                cost: Some(charge),
            };
            self.step(edit, flagged).await?;
            return Ok(DeliveryOutcome::Ended);
        }
        let unfetched = |reason, broke_off| {
            let unfetched = UnfetchedOutput {
                reason,
                broke_off,
                charge,
            };
            Ok(DeliveryOutcome::NotFetched(unfetched))
        };
        let last = match self.store_picture(loaded, &output).await {
            Ok(stored) => Step::Succeed {
                output: stored,
                cost: output.cost,
                provider_url: match output.image {
                    OutputImage::Url(url) => Some(url.into()),
                    OutputImage::Inline(_) | OutputImage::Restyled(_) | OutputImage::Unusable(_) => None,
                },
                seed: output.seed,
                polls,
                received_at,
            },
            Err(WorkError::Transient(reason)) => return unfetched(reason, false),
            Err(WorkError::BrokenOff(reason)) => return unfetched(reason, true),
            Err(error) => {
                let (code, detail) = error.into_ending()?;
                Step::Fail {
                    code,
                    detail,
                    polls,
                    cost: Some(charge),
                }
            }
        };
        self.step(edit, last).await?;
        Ok(DeliveryOutcome::Ended)
    }

    /// Makes our copy of an output and stores it. The edit does not move.
    pub(crate) async fn store_picture(
        &self,
        loaded: &LoadedEdit,
        output: &Output,
    ) -> Result<StoredOutput, WorkError> {
        let edit = &loaded.edit;
        let wanted = watermark::resolve(
            loaded.event.as_ref().and_then(|event| event.watermark.as_ref()),
            loaded
                .tenant
                .as_ref()
                .and_then(|tenant| tenant.watermark.as_ref()),
            &self.settings.watermark,
        );
        let watermark = async {
            let Some(wanted) = wanted else { return Ok(None) };
            let image = self
                .kit
                .watermark_image(self.cloud, wanted.image_key.as_deref())
                .await?;
            Ok(Some((wanted.clone(), image)))
        };
        let fetched = async { Ok::<_, WorkError>(self.fetch(edit, output).await) };
        let (fetched, watermark) = futures::try_join!(fetched, watermark)?;
        let finished = self.finish(edit, fetched?, watermark).await?;
        self.store(edit, finished).await
    }

    /// Stores picture and thumbnail at once.
    async fn store(&self, edit: &Edit, finished: Finished) -> Result<StoredOutput, WorkError> {
        let mime_type = finished.mime_type;
        let stored = StoredOutput {
            object_key: edit.output_key(),
            thumbnail_key: edit.thumbnail_key(),
            mime_type: mime_type.to_owned(),
            width: finished.width,
            height: finished.height,
            bytes: finished.image.len() as u64,
            sha256: finished.sha256,
        };
        futures::try_join!(
            self.cloud
                .put_object(&stored.object_key, finished.image.into(), mime_type),
            self.cloud
                .put_object(&stored.thumbnail_key, finished.thumbnail.into(), mime_type),
        )?;
        Ok(stored)
    }
}
