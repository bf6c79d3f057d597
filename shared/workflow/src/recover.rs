//! Recovers edits that do not move: a message got lost, a worker died, a queue could not be reached.
//!
//! Recovery does nothing that the workers would not do: it sends messages again, and asks the provider as a poll message
//! would. So it may meet a worker or another recovery at the same edit; whoever comes second does nothing.

use std::time::Duration;

use cloud::Cloud;
use domain::edit::Step;
use domain::message::{PollMessage, SubmitMessage};
use domain::metric::{self, About};
use domain::operations::{RecoverStuck, Recovered, RecoveredItem, Recovery, Treatment};
use domain::{Edit, FailureCode, MicroUsd, Status};
use futures::{StreamExt, stream};
use jiff::Timestamp;

use crate::error::WorkError;
use crate::kit::ProviderKit;
use crate::limits::{BATCH, MAX_KEYS, MAX_PROVIDER_TIME, at_most, has_time};
use crate::poll::{OpenAttempt, PollOutcome, poll_edit};
use crate::removals::finish_removals;
use crate::worker::Worker;

/// Edits to treat at once; each may be waiting for an answer of a provider.
const CONCURRENCY: usize = 8;

/// Treats edits that have not moved for a while, the earliest deadline first. Renews the copy of the settings, too.
///
/// # Errors
/// The settings or the table cannot be read. A failure of one edit is reported in its item and leaves that edit alone.
pub async fn recover_stuck(
    cloud: &Cloud,
    kit: &ProviderKit,
    payload: RecoverStuck,
    stops_at: Timestamp,
) -> Result<Recovered, WorkError> {
    // The heartbeat of the copy: whatever event was lost, a change takes effect now.
    if let Err(error) = cloud.copy_settings().await {
        tracing::warn!(%error, "settings could not be copied");
    }
    let worker = &Worker::new(cloud, kit).await?;
    let limit = at_most(payload.limit);
    let found = cloud
        .open_edits(payload.due_before(cloud.now()), MAX_KEYS)
        .await?;
    let mut recovered = Recovered {
        more: found.more,
        ..Recovered::default()
    };
    for keys in found.keys.chunks(BATCH) {
        if recovered.items.len() >= limit || !has_time(cloud, MAX_PROVIDER_TIME, stops_at) {
            recovered.more = true;
            break;
        }
        let now = cloud.now();
        let mut stuck = Vec::new();
        for edit in cloud.edits_at(keys).await? {
            if !payload.is_stuck(&edit, now) {
                continue;
            }
            if payload.spares(&edit, &worker.settings) {
                recovered.held += 1;
            } else {
                stuck.push(edit);
            }
        }
        let left = limit - recovered.items.len();
        recovered.more |= stuck.len() > left;
        stuck.truncate(left);
        let treated: Vec<_> = stream::iter(stuck)
            .map(|edit| async move {
                if !has_time(cloud, MAX_PROVIDER_TIME, stops_at) {
                    return None;
                }
                let (treatment, reason) = worker.treat(payload.action, &edit).await;
                Some(RecoveredItem::of(&edit, now, treatment, reason))
            })
            .buffered(CONCURRENCY)
            .collect()
            .await;
        for item in treated {
            match item {
                Some(item) => recovered.add(item),
                None => recovered.more = true,
            }
        }
    }
    if let Some(sample) =
        metric::of_recovery(recovered.matched.into()).filter(|_| payload.action != Recovery::DryRun)
    {
        cloud.measure(About::INSTALLATION, &[sample]);
    }
    if payload.action != Recovery::DryRun
        && let Err(error) = finish_removals(cloud).await
    {
        tracing::warn!(%error, "what was deleted could not be looked at");
    }
    log(&recovered);
    Ok(recovered)
}

fn log(recovered: &Recovered) {
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
        "stuck edits treated"
    );
}

impl Worker<'_> {
    /// Treats one edit, and says how and why.
    async fn treat(&self, action: Recovery, edit: &Edit) -> (Treatment, String) {
        let is_queued = edit.status == Status::Queued;
        let treated = match action {
            Recovery::DryRun => return (Treatment::Requeue, prospect(edit)),
            Recovery::Requeue if is_queued => return self.requeue(edit).await,
            Recovery::Requeue => self.poll_stuck(edit).await,
            Recovery::Fail if is_queued => self.fail_stuck(edit, None).await,
            Recovery::Fail => self.poll_and_fail(edit).await,
        };
        let found = match treated {
            Ok(()) => self
                .cloud
                .edit(&edit.event_id, edit.id)
                .await
                .map_err(WorkError::from),
            Err(error) => Err(error),
        };
        match found {
            Ok(Some(now)) => outcome(edit, &now),
            Ok(None) => (Treatment::Leave, "it is gone".to_owned()),
            Err(error) => untreated(edit, &error),
        }
    }

    /// Sends a queued edit again. A second message finds nothing to do, should the first still exist.
    async fn requeue(&self, edit: &Edit) -> (Treatment, String) {
        match self.send_submit(&SubmitMessage::of(edit), Duration::ZERO).await {
            Ok(()) => (
                Treatment::Requeue,
                "no worker had taken it: it is sent again".to_owned(),
            ),
            Err(error) => untreated(edit, &error),
        }
    }

    /// Does what a poll message would do, and so starts new polls where the provider is not done.
    async fn poll_stuck(&self, edit: &Edit) -> Result<(), WorkError> {
        let message = PollMessage::of(edit, edit.attempt, 0);
        poll_edit(self.cloud, self.kit, message).await
    }

    /// Polls once before it fails the edit. A picture that the provider has is delivered, now or by the polls that
    /// follow; an attempt that the provider knows to be over is over; any other edit fails here.
    async fn poll_and_fail(&self, edit: &Edit) -> Result<(), WorkError> {
        let loaded = self.load(&edit.tenant_id, &edit.event_id, edit.id).await?;
        let loaded = loaded.filter(|loaded| loaded.edit.status == Status::Processing);
        let mut cost = None;
        if let Some(loaded) = &loaded
            && let Some(attempt) = loaded.edit.current_attempt()
        {
            let open = OpenAttempt {
                loaded,
                attempt,
                polls: loaded.edit.polls,
            };
            match self.poll_once(&open).await? {
                PollOutcome::Settled => {}
                PollOutcome::Pending { is_known } => cost = self.abandon(&open, is_known).await?,
                PollOutcome::NotFetched(_) => return self.poll_stuck(&loaded.edit).await,
            }
        }
        match self.cloud.edit(&edit.event_id, edit.id).await? {
            Some(now) if !now.status.is_terminal() => self.fail_stuck(&now, cost).await,
            _ => Ok(()),
        }
    }

    async fn fail_stuck(&self, edit: &Edit, cost: Option<MicroUsd>) -> Result<(), WorkError> {
        let last = Step::Fail {
            code: FailureCode::RecoveredAsFailed,
            detail: "it did not move, and an operator ended it".to_owned(),
            polls: edit.polls,
            cost,
        };
        self.step(edit, last).await
    }
}

/// What `requeue` would do.
fn prospect(edit: &Edit) -> String {
    match edit.status {
        Status::Queued => "no worker has taken it: it would be sent again".to_owned(),
        _ => format!("{} would be asked after attempt {}", edit.provider, edit.attempt),
    }
}

/// What has become of an edit, judged by its state before.
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
            let reason = format!("attempt {} came to nothing: another follows", before.attempt);
            (Treatment::Requeue, reason)
        }
        Status::Processing if now.attempt == before.attempt => {
            let reason = format!("{provider} is not done: it will be asked again");
            (Treatment::Requeue, reason)
        }
        Status::Queued | Status::Processing => (Treatment::Leave, "a worker has taken it".to_owned()),
    }
}

fn untreated(edit: &Edit, error: &WorkError) -> (Treatment, String) {
    tracing::warn!(edit_id = %edit.id, %error, "stuck edit cannot be treated now");
    (Treatment::Error, error.to_string())
}
