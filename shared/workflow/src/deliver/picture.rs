//! From a provider's output to our picture.

use bytes::Bytes;
use domain::Edit;
use domain::settings::ProviderMode;
use domain::watermark::{WatermarkPosition, WatermarkSettings};
use media::{Finished, Limits, Position, Provenance, Watermark};
use providers::{AllowedHosts, DownloadError, Output, OutputImage, model_name};

use crate::error::WorkError;
use crate::kit::WatermarkImage;
use crate::worker::Worker;

/// The product's name in the provenance record.
const CREATOR_TOOL: &str = "AI Magic Edits";

impl Worker<'_> {
    /// The bytes of an output.
    pub(super) async fn fetch(&self, edit: &Edit, output: &Output) -> Result<Bytes, WorkError> {
        let max_bytes = usize::try_from(Limits::OUTPUT.max_bytes).unwrap_or(usize::MAX);
        match &output.image {
            OutputImage::Url(url) => {
                // The operator may mend the setting; the output lives for a while.
                let allowed = AllowedHosts::parse(self.settings.provider_output_hosts.iter())
                    .map_err(|error| WorkError::Transient(error.to_string()))?;
                let fetched = self.kit.downloader.fetch(url, &allowed, max_bytes).await;
                fetched.map_err(|error| {
                    let detail = error.to_string();
                    match error {
                        DownloadError::Truncated => WorkError::BrokenOff(detail),
                        error if error.is_transient() => WorkError::Transient(detail),
                        error => WorkError::Permanent {
                            code: error.failure_code(),
                            detail,
                        },
                    }
                })
            }
            OutputImage::Inline(picture) if picture.len() > max_bytes => {
                let error = DownloadError::TooLarge { limit: max_bytes };
                Err(WorkError::bad_output(error.to_string()))
            }
            OutputImage::Inline(picture) => Ok(picture.clone()),
            OutputImage::Unusable(why) => Err(WorkError::Permanent {
                code: why.failure_code(),
                detail: why.to_string(),
            }),
            OutputImage::Restyled(restyle) => {
                let photo = self.submitted_photo(edit).await?;
                let restyle = *restyle;
                let picture = self.kit.on_picture(move || restyle.apply(&photo.jpeg)).await?;
                picture
                    .map(Bytes::from)
                    .map_err(|error| WorkError::bad_output(error.to_string()))
            }
        }
    }

    /// Checks, watermarks and marks a picture.
    pub(super) async fn finish(
        &self,
        edit: &Edit,
        picture: Bytes,
        watermark: Option<(WatermarkSettings, WatermarkImage)>,
    ) -> Result<Finished, WorkError> {
        let provenance = self.provenance(edit);
        let finish = move || {
            let watermark = watermark.as_ref().map(|(wanted, image)| Watermark {
                mark: image.mark(),
                position: position(wanted.position),
                opacity: wanted.opacity,
                scale: wanted.scale,
                padding: wanted.padding,
            });
            media::finish_output(&picture, watermark.as_ref(), &provenance, &Limits::OUTPUT)
        };
        let finished = self.kit.on_picture(finish).await?;
        finished.map_err(|error| WorkError::bad_output(error.to_string()))
    }

    fn provenance(&self, edit: &Edit) -> Provenance {
        let mode = edit.current_attempt().map_or_else(
            || self.settings.mode_of(edit.provider),
            |attempt| attempt.mode_or(&self.settings),
        );
        let maker = match mode {
            ProviderMode::Live => edit.provider.to_string(),
            ProviderMode::Fake => format!("{} (fake)", edit.provider),
        };
        let system = model_name(edit.provider, &edit.model).unwrap_or(&edit.model);
        Provenance {
            creator_tool: CREATOR_TOOL.to_owned(),
            ai_system: format!("{system} via {maker}"),
            ai_system_version: edit.model.clone(),
            document_id: edit.id.to_string(),
        }
    }
}

const fn position(position: WatermarkPosition) -> Position {
    match position {
        WatermarkPosition::BottomRight => Position::BottomRight,
        WatermarkPosition::BottomLeft => Position::BottomLeft,
        WatermarkPosition::TopRight => Position::TopRight,
        WatermarkPosition::TopLeft => Position::TopLeft,
        WatermarkPosition::Center => Position::Center,
    }
}
