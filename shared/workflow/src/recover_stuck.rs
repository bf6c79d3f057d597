//! Edits that do not move: a message got lost, a worker died, a queue could not be reached.
//!
//! Recovery does nothing that the workers would not do: it sends messages again, and asks the provider as a poll message
//! would. So it may meet them, and other recoveries, at the same edit at the same time: whoever comes second does
//! nothing.

use cloud::Cloud;
use std::time::Duration;

use domain::edit::Step;
use domain::message::{PollMessage, SubmitMessage};
use domain::metric::{About, Metric};
use domain::operations::{RecoverStuck, Recovered, RecoveredItem, Recovery, Treatment};
use domain::{Edit, FailureCode, MicroUsd, Settings, Status};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use crate::bulk::{BATCH, MOST_KEYS, has_time, most};
use crate::give_back::step;
use crate::poll_edit::{Looked, look, poll_edit};
use crate::question::{Question, abandon};
use crate::studio::Studio;
use crate::work_error::WorkError;

/// Edits that are treated at once; each may have a question to a provider open.
const AT_ONCE: usize = 8;
/// The longest that a provider's answer and its picture take.
const LONGEST: SignedDuration = SignedDuration::from_secs(120);

/// Looks after edits that have not moved for a while, those due first.
///
/// # Errors
/// The settings or the table cannot be read. What goes wrong with a single edit is said of it, and leaves it alone.
pub async fn recover_stuck(
    cloud: &Cloud,
    studio: &Studio,
    asked: &RecoverStuck,
    stops_at: Timestamp,
) -> Result<Recovered, WorkError> {
    let settings = cloud.settings().await?;
    let settings: &Settings = &settings;
    let limit = most(asked.limit);
    let found = cloud.open_edits(asked.due_before(cloud.now()), MOST_KEYS).await?;
    let mut recovered = Recovered {
        more: found.more,
        ..Recovered::default()
    };
    for keys in found.keys.chunks(BATCH) {
        if recovered.items.len() >= limit || !has_time(cloud, LONGEST, stops_at) {
            recovered.more = true;
            break;
        }
        let now = cloud.now();
        let mut stuck = Vec::new();
        for edit in cloud.edits_at(keys).await? {
            if !asked.is_stuck(&edit, now) {
                continue;
            }
            if asked.spares(&edit, settings) {
                recovered.held += 1;
            } else {
                stuck.push(edit);
            }
        }
        let left = limit - recovered.items.len();
        recovered.more |= stuck.len() > left;
        stuck.truncate(left);
        let treated: Vec<_> = stream::iter(&stuck)
            .map(|edit| async move {
                if !has_time(cloud, LONGEST, stops_at) {
                    return None;
                }
                let (action, reason) = treat(cloud, studio, settings, asked.action, edit).await;
                Some(RecoveredItem::of(edit, now, action, reason))
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        for item in treated {
            match item {
                Some(item) => recovered.add(item),
                None => recovered.more = true,
            }
        }
    }
    if asked.action != Recovery::DryRun {
        cloud.measure(
            About::INSTALLATION,
            &[(Metric::StuckEdits, recovered.matched.into())],
        );
    }
    let Recovered {
        matched,
        requeued,
        delivered,
        failed,
        errors,
        held,
        more,
        ..
    } = recovered;
    tracing::info!(
        matched,
        requeued,
        delivered,
        failed,
        errors,
        held,
        more,
        "looked after edits that do not move"
    );
    Ok(recovered)
}

/// Does with an edit what is to be done, and says what and why.
async fn treat(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    action: Recovery,
    edit: &Edit,
) -> (Treatment, String) {
    let is_queued = edit.status == Status::Queued;
    let treated = match action {
        Recovery::DryRun => return (Treatment::Requeue, prospect(edit)),
        Recovery::Requeue if is_queued => return send(cloud, settings, edit).await,
        Recovery::Requeue => ask(cloud, studio, edit).await,
        Recovery::Fail if is_queued => give_up(cloud, edit, None).await,
        Recovery::Fail => ask_and_give_up(cloud, studio, settings, edit).await,
    };
    let found = match treated {
        Ok(()) => cloud.edit(&edit.event_id, edit.id).await.map_err(WorkError::from),
        Err(error) => Err(error),
    };
    match found {
        Ok(Some(now)) => outcome(edit, &now),
        Ok(None) => (Treatment::Leave, "it is gone".to_owned()),
        Err(error) => left(edit, &error),
    }
}

/// What `requeue` would do.
fn prospect(edit: &Edit) -> String {
    match edit.status {
        Status::Queued => "no worker has taken it: it would be sent again".to_owned(),
        _ => format!("{} would be asked after attempt {}", edit.provider, edit.attempt),
    }
}

/// A second message finds nothing to do, should the first be there after all.
async fn send(cloud: &Cloud, settings: &Settings, edit: &Edit) -> (Treatment, String) {
    let message = SubmitMessage::of(edit);
    match cloud
        .send_submit(settings.queue_name.as_deref(), &message, Duration::ZERO)
        .await
    {
        Ok(()) => (
            Treatment::Requeue,
            "no worker had taken it: it is sent again".to_owned(),
        ),
        Err(error) => left(edit, &error.into()),
    }
}

/// Does what a poll message would, and so begins a chain of poll messages where the provider is not done.
async fn ask(cloud: &Cloud, studio: &Studio, edit: &Edit) -> Result<(), WorkError> {
    poll_edit(cloud, studio, &PollMessage::of(edit, edit.attempt, 0)).await
}

/// What the provider has is delivered, now or by the polls that go on; what it knows to be over is over; anything else
/// ends here.
async fn ask_and_give_up(
    cloud: &Cloud,
    studio: &Studio,
    settings: &Settings,
    edit: &Edit,
) -> Result<(), WorkError> {
    let found = cloud
        .edit_in_context(&edit.tenant_id, &edit.event_id, edit.id)
        .await?;
    let mut cost = None;
    let asked = found.edit.as_ref().filter(|now| now.status == Status::Processing);
    if let Some((now, attempt)) = asked.and_then(|now| Some((now, now.current_attempt()?))) {
        let question = Question {
            edit: now,
            attempt,
            found: &found,
            polls: now.polls,
        };
        match look(cloud, studio, settings, &question).await? {
            Looked::Settled => {}
            Looked::Pending { is_there } => {
                cost = abandon(cloud, studio, settings, &question, is_there).await?;
            }
            Looked::NotFetched(_) => return ask(cloud, studio, now).await,
        }
    }
    match cloud.edit(&edit.event_id, edit.id).await? {
        Some(now) if !now.status.is_terminal() => give_up(cloud, &now, cost).await,
        _ => Ok(()),
    }
}

async fn give_up(cloud: &Cloud, edit: &Edit, cost: Option<MicroUsd>) -> Result<(), WorkError> {
    let last = Step::Fail {
        code: FailureCode::RecoveredAsFailed,
        detail: "it did not move, and an operator ended it".to_owned(),
        polls: edit.polls,
        cost,
    };
    step(cloud, edit, last).await
}

/// What has become of an edit, by what it was.
fn outcome(before: &Edit, now: &Edit) -> (Treatment, String) {
    let provider = before.provider;
    match now.status {
        Status::Succeeded => (Treatment::Deliver, format!("{provider} had finished it")),
        Status::Failed | Status::Blocked => {
            let code = now
                .failure
                .as_ref()
                .map_or("failed", |failure| failure.code.code());
            (Treatment::Fail, code.to_owned())
        }
        Status::Queued if before.status == Status::Processing => {
            let why = format!("attempt {} came to nothing: another follows", before.attempt);
            (Treatment::Requeue, why)
        }
        Status::Processing if now.attempt == before.attempt => {
            let why = format!("{provider} is not done: it will be asked again");
            (Treatment::Requeue, why)
        }
        Status::Queued | Status::Processing => (Treatment::Leave, "a worker has taken it".to_owned()),
    }
}

/// An edit that cannot be treated now.
fn left(edit: &Edit, error: &WorkError) -> (Treatment, String) {
    tracing::warn!(edit_id = %edit.id, %error, "an edit that does not move cannot be treated now");
    (Treatment::Error, error.to_string())
}
