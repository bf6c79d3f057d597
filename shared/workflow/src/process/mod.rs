//! Submits an edit's next attempt.
//!
//! The poll message goes out *before* the claim, and the claim before the submit. So whatever dies in between:
//! before the claim, the submit message comes back and finds the edit queued; after it, the poll message finds the
//! attempt, asks the provider for it, and goes on from there. Nothing is ever submitted twice, because only the
//! worker whose claim was written submits, and only once.

mod submit;

use std::time::Duration;

use cloud::Cloud;
use domain::breaker::{OpenReason, Signal};
use domain::edit::{ATTEMPT_PATIENCE, Route};
use domain::message::SubmitMessage;
use domain::{Edit, FailureCode, Status, TaskId};
use jiff::{SignedDuration, Timestamp};

use crate::error::WorkError;
use crate::kit::ProviderKit;
use crate::routing::{Destination, destination, fallback};
use crate::worker::{LoadedEdit, Worker};
use submit::NextAttempt;

/// Delay of a held message: shorter than the 30 s in which the kill switch must act.
const HOLD_DELAY: Duration = Duration::from_secs(20);
/// Shortest delay while a provider is out of service.
const MIN_HOLD_DELAY: Duration = Duration::from_secs(2);
/// Shortest delay while a photo is on its way.
const MIN_UPLOAD_DELAY: Duration = Duration::from_secs(2);
/// Route lookups in one delivery; losing a breaker race or finding a provider unusable costs one.
const MAX_ROUTE_TRIES: usize = 3;

/// Does what a submit message asks for. An outdated message does nothing.
///
/// # Errors
/// A failure that another delivery of the message may mend.
pub async fn process_edit(cloud: &Cloud, kit: &ProviderKit, message: SubmitMessage) -> Result<(), WorkError> {
    let worker = Worker::new(cloud, kit).await?;
    if !worker.settings.is_enabled {
        // A new message instead of a failed one: a held edit must not use up its receive count.
        let held = message.held(worker.now());
        return worker.send_submit(&held, HOLD_DELAY).await;
    }
    let SubmitMessage::V1 {
        tenant_id,
        event_id,
        edit_id,
        held_at,
    } = &message;
    let loaded = worker.load(tenant_id, event_id, *edit_id).await?;
    let Some(loaded) = loaded.filter(|loaded| loaded.edit.status == Status::Queued) else {
        return Ok(());
    };
    let time_ends = time_ends(&loaded.edit, *held_at);
    let fallback = fallback(
        &loaded.edit,
        &worker.settings,
        loaded.tenant.as_ref(),
        worker.now(),
    );
    let queued = QueuedEdit {
        loaded,
        fallback,
        is_held: held_at.is_some(),
        time_ends,
    };
    worker.process(queued, &message).await
}

/// A queued edit on its way to its next attempt.
struct QueuedEdit {
    loaded: LoadedEdit,
    fallback: Option<Route>,
    /// An operator or an outage held it back.
    is_held: bool,
    time_ends: Timestamp,
}

impl QueuedEdit {
    fn destination(&self, now: Timestamp) -> Destination {
        let LoadedEdit { edit, breakers, .. } = &self.loaded;
        destination(edit, self.fallback.clone(), breakers, now)
    }
}

/// When a queued edit runs out of time: at its deadline, or an attempt's time after it was held back.
fn time_ends(edit: &Edit, held_at: Option<Timestamp>) -> Timestamp {
    let fresh = held_at.and_then(|at| at.checked_add(ATTEMPT_PATIENCE).ok());
    fresh.map_or(edit.deadline_at, |fresh| fresh.max(edit.deadline_at))
}

/// Delay before looking for a photo again, for an edit that has waited this long: soon while an upload is probably on its
/// way, and rarer the longer nothing comes.
fn upload_delay(waited: Duration) -> Duration {
    (waited / 4).clamp(MIN_UPLOAD_DELAY, HOLD_DELAY)
}

fn time_left(until: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(now).max(SignedDuration::ZERO)).unwrap_or_default()
}

impl Worker<'_> {
    async fn process(&self, mut queued: QueuedEdit, message: &SubmitMessage) -> Result<(), WorkError> {
        let edit = queued.loaded.edit.clone();
        if edit.attempt > 0 && self.now() >= queued.time_ends {
            let detail = "no time left for another attempt".to_owned();
            return self
                .fail_unsent(&edit, FailureCode::ProviderTimeout, detail)
                .await;
        }
        // Checked before the work on the photo too: an edit that must wait needs none of it.
        if let Destination::OutOfService { reason, retry_at } = queued.destination(self.now()) {
            return self.wait(&queued, message, reason, retry_at).await;
        }
        let photo = match self.source_photo(&edit).await {
            Ok(Some(photo)) => photo,
            Ok(None) => return self.wait_for_upload(&queued, message).await,
            Err(error) => {
                let (code, detail) = error.into_ending()?;
                return self.fail_unsent(&edit, code, detail).await;
            }
        };
        let mut ending = None;
        for _ in 0..MAX_ROUTE_TRIES {
            let (route, probe) = match queued.destination(self.now()) {
                Destination::Provider { route, probe } => (route, probe),
                Destination::OutOfService { reason, retry_at } => {
                    return self.wait(&queued, message, reason, retry_at).await;
                }
            };
            let name = route.as_ref().map_or(edit.provider, |route| route.provider);
            if let Some(probe) = probe {
                if !self.cloud.save_breaker(name, &probe).await? {
                    queued.loaded.breakers = self.cloud.breakers().await?;
                    continue;
                }
                *queued.loaded.breakers.of_mut(name) = probe;
            }
            match self.provider(name, self.settings.mode_of(name)).await {
                Ok(provider) => {
                    let next = NextAttempt {
                        loaded: queued.loaded,
                        provider: &provider,
                        photo: &photo,
                        route,
                        is_held: queued.is_held,
                    };
                    return self.claim_and_submit(next).await;
                }
                Err(error) => {
                    ending = Some(error.into_ending()?);
                    let attempt = TaskId::derive(edit.id, edit.attempt + 1);
                    let known = *queued.loaded.breakers.of(name);
                    let refuses = Signal::Refuses(OpenReason::Auth);
                    *queued.loaded.breakers.of_mut(name) = self.report(name, &known, attempt, refuses).await;
                    if queued.fallback.is_none() {
                        break;
                    }
                }
            }
        }
        match ending {
            Some((code, detail)) => self.fail_unsent(&edit, code, detail).await,
            // Others were faster at a breaker every time: the edit waits for the race to be over.
            None => {
                let outage = queued.loaded.breakers.of(edit.provider).outage();
                let reason = outage.map_or(OpenReason::Failures, |(reason, _)| reason);
                self.wait(&queued, message, reason, Some(self.now())).await
            }
        }
    }

    /// Waits for the photo, as long as the edit has time: guests ask for an edit while the photo is on its way. The wait is
    /// a new message, because the delivery did not fail.
    async fn wait_for_upload(&self, queued: &QueuedEdit, message: &SubmitMessage) -> Result<(), WorkError> {
        let (now, edit) = (self.now(), &queued.loaded.edit);
        let left = time_left(queued.time_ends, now);
        if left.is_zero() {
            let detail = "never_uploaded: there is no such file".to_owned();
            return self.fail_unsent(edit, FailureCode::PhotoInvalid, detail).await;
        }
        let delay = upload_delay(time_left(now, edit.created_at)).min(left + Duration::from_secs(1));
        self.send_submit(message, delay).await
    }

    /// Waits for a provider to return, as long as the edit has time. The wait is a new message, because the delivery
    /// did not fail.
    async fn wait(
        &self,
        queued: &QueuedEdit,
        message: &SubmitMessage,
        reason: OpenReason,
        retry_at: Option<Timestamp>,
    ) -> Result<(), WorkError> {
        let now = self.now();
        let left = time_left(queued.time_ends, now);
        if left.is_zero() {
            let edit = &queued.loaded.edit;
            let detail = format!("{} is out of service ({})", edit.provider, reason.as_str());
            return self.fail_unsent(edit, reason.failure_code(), detail).await;
        }
        let delay = retry_at.map_or(HOLD_DELAY, |at| time_left(at, now));
        let delay = delay
            .clamp(MIN_HOLD_DELAY, HOLD_DELAY)
            .min(left + Duration::from_secs(1));
        self.send_submit(message, delay).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_looks_for_its_photo_soon_and_then_rarer_but_never_rarer_than_a_held_one() {
        let seconds = |waited| upload_delay(Duration::from_secs(waited)).as_secs();
        assert_eq!([0, 8, 20, 80, 600].map(seconds), [2, 2, 5, 20, 20]);
    }
}
