//! Asks the provider about an attempt until there is a result or no time left.

mod ask;

use std::time::Duration;

use cloud::{Cloud, MoveError};
use domain::edit::Step;
use domain::message::{Hint, PollMessage, Unfetched};
use domain::{Edit, FailureCode, MicroUsd, Status, polling};
use providers::{Acceptance, ErrorClass, ProviderError, descriptor};

use ask::Verdict;
pub(crate) use ask::{OpenAttempt, task, without_prompts};

use crate::after_failure::FailedAttempt;
use crate::breaker::signal_of_output;
use crate::deliver::{Delivery, DeliveryOutcome, UnfetchedOutput};
use crate::error::WorkError;
use crate::kit::ProviderKit;
use crate::routing::{fallback, patience_ends};
use crate::worker::{LoadedEdit, Worker};

/// Polls in a row that find a picture which breaks off while it is read, before the file is taken for broken.
const MAX_BROKEN_OFF: u32 = 5;

/// How a poll leaves the attempt.
pub(crate) enum PollOutcome {
    /// The attempt is over, and what follows is done.
    Settled,
    Pending {
        /// The provider is known to have the attempt.
        is_known: bool,
    },
    /// The provider has made a picture that is out of reach for the moment.
    NotFetched(UnfetchedOutput),
}

/// Does what a poll message asks for. An outdated message does nothing.
///
/// # Errors
/// A failure that another delivery of the message may mend.
pub async fn poll_edit(cloud: &Cloud, kit: &ProviderKit, message: PollMessage) -> Result<(), WorkError> {
    let worker = Worker::new(cloud, kit).await?;
    let PollMessage::V1 {
        tenant_id,
        event_id,
        edit_id,
        attempt: number,
        polls,
        unfetched,
        hint,
    } = message;
    let Some(loaded) = worker.load(&tenant_id, &event_id, edit_id).await? else {
        return Ok(());
    };
    let edit = &loaded.edit;
    let is_before_claim = edit.status == Status::Queued && number == edit.attempt + 1;
    if is_before_claim && polls < worker.settings.queue_max_polls {
        if hint.is_some() {
            return Ok(());
        }
        // The message overtook the claim. Without it nobody would ask about the attempt.
        let delay = polling::delay(loaded.quick_latency_ms, Duration::ZERO);
        return worker
            .poll_again(&PollMessage::of(edit, number, polls + 1), delay)
            .await;
    }
    let Some(attempt) = edit
        .current_attempt()
        .filter(|current| edit.status == Status::Processing && current.number == number)
    else {
        return Ok(());
    };
    if let Some(hint) = hint {
        return worker.poll_by_hint(loaded, &hint).await;
    }
    let open = OpenAttempt {
        loaded: &loaded,
        attempt,
        polls,
    };
    worker.poll_in_turn(&open, unfetched).await
}

impl Worker<'_> {
    /// Polls, and sends the next poll message where the attempt is not over and has time left.
    async fn poll_in_turn(
        &self,
        open: &OpenAttempt<'_>,
        unfetched: Option<Unfetched>,
    ) -> Result<(), WorkError> {
        let (edit, attempt) = (&open.loaded.edit, open.attempt);
        let outcome = self.poll_once(open).await?;
        let polls = open.polls + 1;
        let now = self.now();
        let unfetched = match &outcome {
            PollOutcome::Settled => return Ok(()),
            PollOutcome::NotFetched(output) => Some(output.after(unfetched)),
            PollOutcome::Pending { .. } => unfetched,
        };
        let time_ends = match unfetched {
            // The picture is paid for: a fallback would pay for a second one.
            Some(_) => edit.deadline_at,
            None => {
                let fallback = fallback(edit, &self.settings, open.loaded.tenant.as_ref(), now);
                patience_ends(edit, fallback.as_ref())
            }
        };
        let is_broken = unfetched.is_some_and(|picture| picture.broken_off >= MAX_BROKEN_OFF);
        if !is_broken && polls < self.settings.queue_max_polls && now < time_ends {
            let elapsed = Duration::try_from(now.duration_since(attempt.started_at)).unwrap_or_default();
            let delay = polling::delay(open.loaded.quick_latency_ms, elapsed);
            let message = PollMessage::of(edit, attempt.number, polls).with_unfetched(unfetched);
            return self.poll_again(&message, delay).await;
        }
        match outcome {
            PollOutcome::Settled => Ok(()),
            PollOutcome::NotFetched(UnfetchedOutput { reason, charge, .. }) => {
                let unavailable = Step::Fail {
                    code: FailureCode::OutputUnavailable,
                    detail: reason,
                    polls,
                    cost: Some(charge),
                };
                self.step(edit, unavailable).await
            }
            PollOutcome::Pending { is_known } => {
                let charge = unfetched.map(|picture| picture.charge_micro_usd);
                self.give_up(open, is_known, charge).await
            }
        }
    }

    /// Polls the attempt of a hint once. Where it is not over, its own message goes on.
    async fn poll_by_hint(&self, loaded: LoadedEdit, hint: &Hint) -> Result<(), WorkError> {
        let Some(edit) = self.edit_of_hint(&loaded.edit, hint).await? else {
            return Ok(());
        };
        let loaded = loaded.moved_to(edit);
        let Some(attempt) = loaded.edit.current_attempt() else {
            return Ok(());
        };
        let open = OpenAttempt {
            loaded: &loaded,
            attempt,
            polls: 0,
        };
        self.poll_once(&open).await.map(|_| ())
    }

    /// The edit if the hint is about its attempt. Where the answer to the submit got lost, or its handle could not be
    /// stored, the hint brings the handle.
    async fn edit_of_hint(&self, edit: &Edit, hint: &Hint) -> Result<Option<Edit>, WorkError> {
        let (Some(attempt), Some(request_id)) = (edit.current_attempt(), &hint.request_id) else {
            return Ok(Some(edit.clone()));
        };
        if let Some(handle) = &attempt.handle {
            let is_same = handle.rsplit('/').next() == Some(request_id.as_str());
            return Ok(is_same.then(|| edit.clone()));
        }
        let handle = (descriptor(attempt.provider).handle)(&attempt.model, request_id);
        let made = handle.and_then(|handle| edit.step(Step::Accept { handle }, self.now()).ok());
        let Some(made) = made else { return Ok(None) };
        match self.cloud.apply(&made).await {
            Ok(()) => Ok(Some(made.edit)),
            Err(MoveError::Superseded | MoveError::OverBudget) => Ok(None),
            Err(MoveError::Port(error)) => Err(error.into()),
        }
    }

    /// Asks the provider about an attempt and does what follows from the answer. A second poll changes nothing more.
    pub(crate) async fn poll_once(&self, open: &OpenAttempt<'_>) -> Result<PollOutcome, WorkError> {
        let OpenAttempt {
            loaded,
            attempt,
            polls,
        } = *open;
        let edit = &loaded.edit;
        let verdict = match self.provider_of(attempt).await {
            Ok(provider) => self.ask(&provider, open).await,
            // The provider was configured when the attempt was made; the operator may restore that in time.
            Err(WorkError::Permanent { detail, .. }) => {
                tracing::warn!(edit_id = %edit.id, why = detail, "cannot poll");
                Verdict::Unfinished {
                    is_known: attempt.handle.is_some(),
                }
            }
            Err(error) => return Err(error),
        };
        let polls = polls + 1;
        match verdict {
            Verdict::Unfinished { is_known } => return Ok(PollOutcome::Pending { is_known }),
            Verdict::Failed {
                error,
                blames_provider,
            } => {
                let failed = FailedAttempt {
                    loaded,
                    error,
                    polls,
                    blames_provider,
                };
                self.after_failure(failed).await?;
            }
            Verdict::Done(output) => {
                let signal = signal_of_output(edit, attempt.provider, &output);
                let delivery = Delivery {
                    loaded,
                    output,
                    received_at: self.now(),
                    polls,
                };
                let outcome = self.deliver(delivery).await?;
                self.report_finished(loaded, attempt, signal).await;
                if let DeliveryOutcome::NotFetched(unfetched) = outcome {
                    return Ok(PollOutcome::NotFetched(unfetched));
                }
            }
        }
        Ok(PollOutcome::Settled)
    }

    /// Ends an attempt whose time is up. The provider need not begin it any more, and another provider may take over. An
    /// earlier poll may have brought the provider's charge.
    async fn give_up(
        &self,
        open: &OpenAttempt<'_>,
        is_known: bool,
        charge: Option<MicroUsd>,
    ) -> Result<(), WorkError> {
        let cost = match charge {
            None => self.abandon(open, is_known).await?,
            charge => charge,
        };
        let polls = open.polls + 1;
        let message = format!("no result after {polls} polls");
        let error = ProviderError::new(ErrorClass::Timeout, "noResult", &message, Acceptance::Unknown);
        let failed = FailedAttempt {
            loaded: open.loaded,
            error: error.at_cost(cost),
            polls,
            blames_provider: true,
        };
        self.after_failure(failed).await
    }

    async fn poll_again(&self, message: &PollMessage, delay: Duration) -> Result<(), WorkError> {
        Ok(self.cloud.send_poll(message, delay).await?)
    }
}
