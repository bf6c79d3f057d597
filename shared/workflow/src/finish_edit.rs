//! Delivers a finished picture: fetched, checked, watermarked, marked as made with AI, stored, and paid for.

use bytes::Bytes;
use cloud::Cloud;
use domain::budget::Tenant;
use domain::edit::{Step, StoredOutput};
use domain::settings::ProviderMode;
use domain::watermark::{self, WatermarkPosition, WatermarkSettings};
use domain::{Edit, Event, FailureCode, MicroUsd, Settings};
use jiff::Timestamp;
use media::{Finished, Limits, Position, Provenance, Watermark};
use providers::{AllowedHosts, Output, OutputImage, model_name};

use crate::give_back::step;
use crate::photo;
use crate::studio::{MarkImage, Studio};
use crate::work_error::WorkError;

/// What the provenance record names as the product.
const CREATOR_TOOL: &str = "AI Magic Edits";

/// An output to be delivered.
pub(crate) struct Delivery<'a> {
    /// The edit, processing.
    pub(crate) edit: &'a Edit,
    /// Whose watermark it may get.
    pub(crate) event: Option<&'a Event>,
    /// Whose watermark it may get.
    pub(crate) tenant: Option<&'a Tenant>,
    /// What the provider delivered.
    pub(crate) output: Output,
    /// When it said so.
    pub(crate) received_at: Timestamp,
    /// Polls it took.
    pub(crate) polls: u32,
}

/// Whether a delivery came to an end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// The edit is terminal.
    Ended,
    /// The output cannot be fetched at the moment.
    NotYet(Unfetched),
}

/// A picture that the provider has made and that cannot be fetched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unfetched {
    /// Why.
    pub(crate) why: String,
    /// What it costs all the same.
    pub(crate) charge: MicroUsd,
}

/// A picture that could not be made deliverable.
pub(crate) enum Flaw {
    /// Not now, perhaps later.
    Passing(String),
    /// Not ever.
    Lasting(FailureCode, String),
}

/// Delivers an output. Doing it twice stores the same objects and settles once.
pub(crate) async fn finish(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    delivery: Delivery<'_>,
) -> Result<Delivered, WorkError> {
    let stored = copy(cloud, studio, settings, &delivery).await?;
    let Delivery {
        edit,
        output,
        received_at,
        polls,
        ..
    } = delivery;
    let charge = output.charge(edit.estimate());
    let provider_url = match &output.image {
        OutputImage::Url(url) => Some(url.to_string()),
        OutputImage::Restyled(_) => None,
    };
    let last = match stored {
        Ok(stored) => Step::Succeed {
            output: stored,
            cost: output.cost,
            provider_url,
            seed: output.seed,
            polls,
            received_at,
        },
        Err(Flaw::Passing(why)) => return Ok(Delivered::NotYet(Unfetched { why, charge })),
        Err(Flaw::Lasting(code, detail)) => Step::Fail {
            code,
            detail,
            polls,
            cost: Some(charge),
        },
    };
    step(cloud, edit, last).await?;
    Ok(Delivered::Ended)
}

/// Makes our copy of an output and stores it: fetched, checked, watermarked, marked. The edit does not move.
pub(crate) async fn copy(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    delivery: &Delivery<'_>,
) -> Result<Result<StoredOutput, Flaw>, WorkError> {
    let edit = delivery.edit;
    let wanted = watermark::resolve(
        delivery.event.and_then(|event| event.watermark.as_ref()),
        delivery.tenant.and_then(|tenant| tenant.watermark.as_ref()),
        &settings.watermark,
    );
    let mark = async {
        Ok(match wanted {
            Some(wanted) => Some((
                wanted.clone(),
                studio.mark(cloud, wanted.image_key.as_deref()).await?,
            )),
            None => None,
        })
    };
    let (picture, mark) = futures::try_join!(fetch(cloud, studio, settings, delivery), mark)?;
    let finished = match picture {
        Ok(picture) => develop(studio, picture, mark, provenance(edit, settings)).await?,
        Err(flaw) => Err(flaw),
    };
    match finished {
        Ok(finished) => Ok(Ok(store(cloud, edit, finished).await?)),
        Err(flaw) => Ok(Err(flaw)),
    }
}

async fn fetch(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    delivery: &Delivery<'_>,
) -> Result<Result<Bytes, Flaw>, WorkError> {
    match &delivery.output.image {
        OutputImage::Url(url) => {
            let allowed = match AllowedHosts::parse(settings.provider_output_hosts.iter()) {
                Ok(allowed) => allowed,
                // The operator may mend the setting; the output lives for a while.
                Err(error) => return Ok(Err(Flaw::Passing(error.to_string()))),
            };
            let most = usize::try_from(Limits::OUTPUT.max_bytes).unwrap_or(usize::MAX);
            Ok(studio
                .downloader
                .fetch(url, &allowed, most)
                .await
                .map_err(|error| {
                    let detail = error.to_string();
                    if error.is_transient() {
                        Flaw::Passing(detail)
                    } else {
                        Flaw::Lasting(error.failure_code(), detail)
                    }
                }))
        }
        OutputImage::Restyled(restyle) => {
            let photo = match photo::prepared(cloud, studio, delivery.edit).await? {
                Ok(photo) => photo,
                Err(why) => return Ok(Err(Flaw::Lasting(FailureCode::PhotoInvalid, why))),
            };
            let restyle = *restyle;
            let picture = studio.work(move || restyle.apply(&photo.jpeg)).await?;
            let lasting = |detail| Flaw::Lasting(FailureCode::OutputInvalid, detail);
            Ok(picture
                .map(Bytes::from)
                .map_err(|error| lasting(error.to_string())))
        }
    }
}

async fn develop(
    studio: &Studio,
    picture: Bytes,
    mark: Option<(WatermarkSettings, MarkImage)>,
    provenance: Provenance,
) -> Result<Result<Finished, Flaw>, WorkError> {
    let job = move || {
        let watermark = mark.as_ref().map(|(wanted, image)| Watermark {
            mark: image.get(),
            position: position(wanted.position),
            opacity: wanted.opacity,
            scale: wanted.scale,
            padding: wanted.padding,
        });
        media::finish_output(&picture, watermark.as_ref(), &provenance, &Limits::OUTPUT)
    };
    let finished = studio.work(job).await?;
    Ok(finished.map_err(|error| Flaw::Lasting(FailureCode::OutputInvalid, error.to_string())))
}

/// Stores picture and thumbnail at once.
async fn store(cloud: &Cloud, edit: &Edit, finished: Finished) -> Result<StoredOutput, WorkError> {
    let stored = StoredOutput {
        object_key: edit.output_key(),
        thumbnail_key: edit.thumbnail_key(),
        mime_type: finished.mime_type.to_owned(),
        width: finished.width,
        height: finished.height,
        bytes: finished.image.len() as u64,
        sha256: finished.sha256,
    };
    futures::try_join!(
        cloud.put_object(&stored.object_key, finished.image.into(), finished.mime_type),
        cloud.put_object(
            &stored.thumbnail_key,
            finished.thumbnail.into(),
            finished.mime_type
        ),
    )?;
    Ok(stored)
}

fn provenance(edit: &Edit, settings: &Settings) -> Provenance {
    let attempt = edit.current_attempt();
    let mode = attempt.map_or_else(
        || settings.mode_of(edit.provider),
        |attempt| attempt.mode_or(settings),
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

const fn position(position: WatermarkPosition) -> Position {
    match position {
        WatermarkPosition::BottomRight => Position::BottomRight,
        WatermarkPosition::BottomLeft => Position::BottomLeft,
        WatermarkPosition::TopRight => Position::TopRight,
        WatermarkPosition::TopLeft => Position::TopLeft,
        WatermarkPosition::Center => Position::Center,
    }
}
