//! Stores our copy of pictures that have none: edits taken over from elsewhere, and objects that were lost.
//!
//! An edit of our own never succeeds without its copy, because a picture counts as done only with its marks in it. So
//! the provider's address is a source to make the copy from, and never what a guest is given.

use cloud::{Cloud, EditKey};
use domain::edit::Step;
use domain::operations::{BackfillStorage, Backfilled, BackfilledItem, Copy};
use domain::{Edit, EditId, FailureCode, Settings, Status};
use jiff::{SignedDuration, Timestamp};
use providers::{Output, OutputImage, Progress};
use url::Url;

use crate::bulk::{BATCH, has_time, most};
use crate::finish_edit::{Delivery, Flaw, copy};
use crate::question::{task, without_prompts};
use crate::studio::{Studio, Unusable};
use crate::work_error::WorkError;

/// The longest that a provider's answer and its picture take.
const LONGEST: SignedDuration = SignedDuration::from_secs(120);
/// Every poll that the fake may ask for is behind the edit.
const POLLED_OUT: u32 = u32::MAX;

/// Stores what is not stored, oldest first.
///
/// # Errors
/// The settings or the table cannot be read. What goes wrong with a single edit is said of it.
pub async fn backfill_storage(
    cloud: &Cloud,
    studio: &Studio,
    asked: &BackfillStorage,
    stops_at: Timestamp,
) -> Result<Backfilled, WorkError> {
    let settings = cloud.settings().await?;
    let mut done = Backfilled::default();
    let edits = match asked.request_id {
        Some(id) => match find(cloud, asked, id, stops_at).await? {
            Search::Found(edit) => vec![*edit],
            Search::Nowhere => {
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
            let found = cloud.unstored_edits(most(asked.limit)).await?;
            done.more = found.more;
            cloud.edits_at(&found.keys).await?
        }
    };
    // One after the other: only one picture is worked on at a time anyway.
    for edit in edits {
        if !has_time(cloud, LONGEST, stops_at) {
            done.more = true;
            break;
        }
        let (action, reason) = match backfill(cloud, studio, &settings, asked.pretend, &edit).await {
            Ok(said) => said,
            Err(error) => {
                tracing::warn!(edit_id = %edit.id, %error, "a picture could not be stored");
                (Copy::Failed, error.to_string())
            }
        };
        done.add(item(edit.id, action, &reason));
    }
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
        pretend = asked.pretend,
        "pictures stored"
    );
    Ok(done)
}

fn item(id: EditId, action: Copy, reason: &str) -> BackfilledItem {
    BackfilledItem {
        id,
        action,
        reason: reason.to_owned(),
    }
}

/// What a search for an edit came to.
enum Search {
    Found(Box<Edit>),
    Nowhere,
    /// Not all events were looked through.
    OutOfTime,
}

impl Search {
    fn of(found: Option<Edit>) -> Self {
        found.map_or(Self::Nowhere, |edit| Self::Found(Box::new(edit)))
    }
}

/// An edit by its id, in its event or in any.
async fn find(
    cloud: &Cloud,
    asked: &BackfillStorage,
    edit_id: EditId,
    stops_at: Timestamp,
) -> Result<Search, WorkError> {
    let at = |event_id| EditKey { event_id, edit_id };
    if let Some(event_id) = &asked.event_id {
        return Ok(Search::of(cloud.edits_at(&[at(event_id.clone())]).await?.pop()));
    }
    let mut after = None;
    while has_time(cloud, LONGEST, stops_at) {
        let limit = u32::try_from(BATCH).unwrap_or(u32::MAX);
        let events = cloud.events_page(after.as_ref(), limit).await?;
        let Some(last) = events.last() else {
            return Ok(Search::Nowhere);
        };
        after = Some(last.id.clone());
        let keys: Vec<_> = events.into_iter().map(|event| at(event.id)).collect();
        if let Some(edit) = cloud.edits_at(&keys).await?.pop() {
            return Ok(Search::of(Some(edit)));
        }
    }
    Ok(Search::OutOfTime)
}

async fn backfill(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    pretend: bool,
    edit: &Edit,
) -> Result<(Copy, String), WorkError> {
    if edit.status != Status::Succeeded {
        return Ok((
            Copy::Skipped,
            format!("it has no picture: {}", edit.status.as_str()),
        ));
    }
    if is_stored(cloud, edit).await? {
        return Ok((Copy::Skipped, "its copy is there".to_owned()));
    }
    if pretend {
        let whence = if edit.provider_url.is_some() {
            "its address"
        } else {
            "the provider"
        };
        return Ok((Copy::Stored, format!("it would be fetched from {whence}")));
    }
    let mut why = "the provider's address was not kept".to_owned();
    if let Some(output) = at_its_address(edit) {
        match store(cloud, studio, settings, edit, output).await? {
            Ok(()) => return Ok((Copy::Stored, "fetched from its address".to_owned())),
            Err(Flaw::Passing(said) | Flaw::Lasting(FailureCode::OutputUnavailable, said)) => why = said,
            Err(Flaw::Lasting(_, said)) => return Ok((Copy::Failed, said)),
        }
    }
    // An address does not live long; the provider may know a newer one.
    let output = match at_the_provider(cloud, studio, settings, edit).await? {
        Ok(output) => output,
        Err(said) => return Ok((Copy::Failed, format!("{why}; {said}"))),
    };
    Ok(match store(cloud, studio, settings, edit, output).await? {
        Ok(()) => (Copy::Stored, "fetched from the provider".to_owned()),
        Err(Flaw::Passing(said) | Flaw::Lasting(_, said)) => (Copy::Failed, said),
    })
}

/// Makes the copy, stores it and notes it with the edit.
async fn store(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    edit: &Edit,
    output: Output,
) -> Result<Result<(), Flaw>, WorkError> {
    let found = cloud
        .edit_in_context(&edit.tenant_id, &edit.event_id, edit.id)
        .await?;
    let delivery = Delivery {
        edit,
        event: found.event.as_ref(),
        tenant: found.tenant.as_ref(),
        output,
        received_at: cloud.now(),
        polls: edit.polls,
    };
    Ok(match copy(cloud, studio, settings, &delivery).await? {
        Ok(output) => {
            if let Ok(made) = edit.step(Step::Store { output }, cloud.now()) {
                WorkError::unless_superseded(cloud.apply(&made).await)?;
            }
            Ok(())
        }
        Err(flaw) => Err(flaw),
    })
}

/// Whether picture and thumbnail are in the bucket.
async fn is_stored(cloud: &Cloud, edit: &Edit) -> Result<bool, WorkError> {
    let Some(output) = &edit.output else {
        return Ok(false);
    };
    let (picture, thumbnail) = futures::try_join!(
        cloud.object_exists(&output.object_key),
        cloud.object_exists(&output.thumbnail_key)
    )?;
    Ok(picture && thumbnail)
}

/// The picture at the address that was kept with the edit.
fn at_its_address(edit: &Edit) -> Option<Output> {
    let url = Url::parse(edit.provider_url.as_deref()?).ok()?;
    Some(Output {
        image: OutputImage::Url(url),
        cost: None,
        seed: edit.seed,
        flagged: false,
    })
}

/// The picture that the provider knows by the name of the attempt, or why there is none.
async fn at_the_provider(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    edit: &Edit,
) -> Result<Result<Output, String>, WorkError> {
    let Some(attempt) = edit.current_attempt() else {
        return Ok(Err("no provider ever had it".to_owned()));
    };
    let provider = match studio.provider_of(cloud, attempt, settings).await? {
        Ok(provider) => provider,
        Err(Unusable(why)) => return Ok(Err(why)),
    };
    Ok(match provider.lookup(&task(edit, attempt, POLLED_OUT)).await {
        Ok(Progress::Done(output)) => Ok(output),
        Ok(_) => Err(format!("{} does not have it any more", attempt.provider)),
        Err(error) => Err(without_prompts(error, edit).to_string()),
    })
}
