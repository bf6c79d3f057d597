//! Stores our copy of pictures that have none: edits imported from elsewhere, and lost objects.
//!
//! An edit of our own never succeeds without its copy, because a picture is done only once it carries its marks. So the
//! provider's address is a source for the copy, and never handed to a guest.

use cloud::{Cloud, EditKey};
use domain::edit::Step;
use domain::operations::{BackfillStorage, Backfilled, BackfilledItem, Copy};
use domain::{Edit, EditId, FailureCode, Status};
use jiff::Timestamp;
use providers::{Output, OutputImage, Progress};
use url::Url;

use crate::error::WorkError;
use crate::kit::ProviderKit;
use crate::limits::{BATCH, MAX_PROVIDER_TIME, at_most, has_time};
use crate::poll::{task, without_prompts};
use crate::worker::Worker;

/// A poll count at which the fake is done, however many polls it wants.
const AFTER_ALL_POLLS: u32 = u32::MAX;

/// Stores missing copies, oldest edit first.
///
/// # Errors
/// The settings or the table cannot be read. A failure of one edit is reported in its item.
pub async fn backfill_storage(
    cloud: &Cloud,
    kit: &ProviderKit,
    payload: &BackfillStorage,
    stops_at: Timestamp,
) -> Result<Backfilled, WorkError> {
    let worker = Worker::new(cloud, kit).await?;
    let mut done = Backfilled::default();
    let edits = match payload.request_id {
        Some(id) => match worker.find(payload, id, stops_at).await? {
            Search::Found(edit) => vec![*edit],
            Search::NotFound => {
                done.add(item(id, Copy::Skipped, "there is no such edit"));
                return Ok(done);
            }
            Search::OutOfTime => {
                let why = "no time was left to look through all events for it: say which one";
                done.add(item(id, Copy::Failed, why));
                done.more = true;
                return Ok(done);
            }
        },
        None => {
            let found = cloud.unstored_edits(at_most(payload.limit)).await?;
            done.more = found.more;
            cloud.edits_at(&found.keys).await?
        }
    };
    // One after the other: the kit works on one picture at a time anyway.
    for edit in edits {
        if !has_time(cloud, MAX_PROVIDER_TIME, stops_at) {
            done.more = true;
            break;
        }
        let (copy, reason) = match worker.backfill(payload.pretend, &edit).await {
            Ok(outcome) => outcome,
            Err(error) => {
                if let WorkError::Store(_) | WorkError::Internal(_) = error {
                    tracing::warn!(edit_id = %edit.id, %error, "a picture could not be stored");
                }
                (Copy::Failed, error.to_string())
            }
        };
        done.add(item(edit.id, copy, &reason));
    }
    log(&done, payload.pretend);
    Ok(done)
}

fn log(done: &Backfilled, pretend: bool) {
    let Backfilled {
        candidates,
        stored,
        skipped,
        failed,
        more,
        ..
    } = done;
    tracing::info!(
        candidates,
        stored,
        skipped,
        failed,
        more,
        pretend,
        "pictures stored"
    );
}

fn item(id: EditId, action: Copy, reason: &str) -> BackfilledItem {
    BackfilledItem {
        id,
        action,
        reason: reason.to_owned(),
    }
}

/// The result of a search for an edit.
enum Search {
    Found(Box<Edit>),
    NotFound,
    /// Some events were not searched.
    OutOfTime,
}

impl Search {
    fn of(found: Option<Edit>) -> Self {
        found.map_or(Self::NotFound, |edit| Self::Found(Box::new(edit)))
    }
}

impl Worker<'_> {
    /// Finds an edit by its id, in its event or in all events.
    async fn find(
        &self,
        payload: &BackfillStorage,
        edit_id: EditId,
        stops_at: Timestamp,
    ) -> Result<Search, WorkError> {
        let at = |event_id| EditKey { event_id, edit_id };
        if let Some(event_id) = &payload.event_id {
            let mut edits = self.cloud.edits_at(&[at(event_id.clone())]).await?;
            return Ok(Search::of(edits.pop()));
        }
        let mut after = None;
        while has_time(self.cloud, MAX_PROVIDER_TIME, stops_at) {
            let limit = u32::try_from(BATCH).unwrap_or(u32::MAX);
            let events = self.cloud.events_page(after.as_ref(), limit).await?;
            let Some(last) = events.last() else {
                return Ok(Search::NotFound);
            };
            after = Some(last.id.clone());
            let keys: Vec<_> = events.into_iter().map(|event| at(event.id)).collect();
            if let Some(edit) = self.cloud.edits_at(&keys).await?.pop() {
                return Ok(Search::of(Some(edit)));
            }
        }
        Ok(Search::OutOfTime)
    }

    async fn backfill(&self, pretend: bool, edit: &Edit) -> Result<(Copy, String), WorkError> {
        if edit.status != Status::Succeeded {
            let reason = format!("it has no picture: {}", edit.status.as_str());
            return Ok((Copy::Skipped, reason));
        }
        if self.has_copy(edit).await? {
            return Ok((Copy::Skipped, "its copy is there".to_owned()));
        }
        if pretend {
            let source = if edit.provider_url.is_some() {
                "its address"
            } else {
                "the provider"
            };
            return Ok((Copy::Stored, format!("it would be fetched from {source}")));
        }
        let mut why = "the provider's address was not kept".to_owned();
        if let Some(output) = output_at_address(edit) {
            match self.store_copy(edit, &output).await {
                Ok(()) => return Ok((Copy::Stored, "fetched from its address".to_owned())),
                Err(
                    WorkError::Transient(detail)
                    | WorkError::BrokenOff(detail)
                    | WorkError::Permanent {
                        code: FailureCode::OutputUnavailable,
                        detail,
                    },
                ) => why = detail,
                Err(error) => return Err(error),
            }
        }
        // An address does not live long; the provider may know a newer one.
        let output = match self.output_at_provider(edit).await {
            Ok(output) => output,
            Err(WorkError::Transient(detail) | WorkError::Permanent { detail, .. }) => {
                return Ok((Copy::Failed, format!("{why}; {detail}")));
            }
            Err(error) => return Err(error),
        };
        self.store_copy(edit, &output).await?;
        Ok((Copy::Stored, "fetched from the provider".to_owned()))
    }

    /// Makes the copy, stores it and notes it in the edit.
    async fn store_copy(&self, edit: &Edit, output: &Output) -> Result<(), WorkError> {
        let loaded = self.load(&edit.tenant_id, &edit.event_id, edit.id).await?;
        let loaded = loaded.ok_or_else(|| unavailable("the edit is gone".to_owned()))?;
        let output = self.store_picture(&loaded.moved_to(edit.clone()), output).await?;
        match edit.step(Step::Store { output }, self.now()) {
            Ok(made) => self.write(&made).await?,
            Err(_) => return Ok(()),
        }
        self.remove_if_gone(edit).await
    }

    /// Whether picture and thumbnail are in the bucket.
    async fn has_copy(&self, edit: &Edit) -> Result<bool, WorkError> {
        let Some(output) = &edit.output else {
            return Ok(false);
        };
        let (picture, thumbnail) = futures::try_join!(
            self.cloud.object_exists(&output.object_key),
            self.cloud.object_exists(&output.thumbnail_key)
        )?;
        Ok(picture && thumbnail)
    }

    /// The picture that the provider keeps under the attempt's name.
    async fn output_at_provider(&self, edit: &Edit) -> Result<Output, WorkError> {
        let Some(attempt) = edit.current_attempt() else {
            return Err(unavailable("no provider ever had it".to_owned()));
        };
        let provider = self.provider_of(attempt).await?;
        match provider.lookup(&task(edit, attempt, AFTER_ALL_POLLS)).await {
            Ok(Progress::Done(output)) => Ok(output),
            Ok(_) => Err(unavailable(format!(
                "{} does not have it any more",
                attempt.provider
            ))),
            Err(error) => Err(WorkError::Transient(without_prompts(error, edit).to_string())),
        }
    }
}

/// The picture at the address that was kept with the edit.
fn output_at_address(edit: &Edit) -> Option<Output> {
    let url = Url::parse(edit.provider_url.as_deref()?).ok()?;
    Some(Output {
        image: OutputImage::Url(url),
        cost: None,
        seed: edit.seed,
        flagged: false,
    })
}

fn unavailable(detail: String) -> WorkError {
    let code = FailureCode::OutputUnavailable;
    WorkError::Permanent { code, detail }
}
