//! Claims an attempt and hands it to its provider.

use std::time::Duration;

use cloud::MoveError;
use domain::edit::{Attempt, Route, Step};
use domain::hook::Hook;
use domain::message::PollMessage;
use domain::settings::ProviderMode;
use domain::{Edit, FailureCode, polling};
use providers::{Acceptance, AnyProvider, EditJob, ProviderError, SourcePhoto, Submitted};
use url::Url;

use crate::after_failure::FailedAttempt;
use crate::breaker::{signal_of, signal_of_output};
use crate::deliver::Delivery;
use crate::error::WorkError;
use crate::worker::{LoadedEdit, Worker};

/// Delay before retrying to store a provider handle.
const HANDLE_RETRY_DELAY: Duration = Duration::from_secs(2);

/// An attempt that is ready to be made.
pub(super) struct NextAttempt<'a> {
    pub(super) loaded: LoadedEdit,
    pub(super) provider: &'a AnyProvider,
    pub(super) photo: &'a SourcePhoto,
    /// Where the attempt goes instead of the edit's own provider.
    pub(super) route: Option<Route>,
    pub(super) is_held: bool,
}

impl Worker<'_> {
    /// Sends the poll message, claims the attempt, and submits it if the claim was written.
    pub(super) async fn claim_and_submit(&self, next: NextAttempt<'_>) -> Result<(), WorkError> {
        let NextAttempt {
            loaded,
            provider,
            photo,
            route,
            is_held,
        } = next;
        let edit = &loaded.edit;
        let delay = polling::delay(loaded.quick_latency_ms, Duration::ZERO);
        let poll = PollMessage::of(edit, edit.attempt + 1, 0);
        self.cloud.send_poll(&poll, delay).await?;
        let name = route.as_ref().map_or(edit.provider, |route| route.provider);
        let claim = Step::Claim {
            route,
            mode: self.settings.mode_of(name),
            held: is_held,
        };
        let Ok(claim) = edit.step(claim, self.now()) else {
            return Ok(());
        };
        match self.cloud.apply(&claim).await {
            Ok(()) => self.submit(&loaded.moved_to(claim.edit), provider, photo).await,
            Err(MoveError::Superseded) => Ok(()),
            Err(MoveError::OverBudget) => {
                let detail = format!("no room in the budget for {}", claim.edit.provider);
                self.fail_unsent(edit, FailureCode::BudgetHardCapReached, detail)
                    .await
            }
            Err(MoveError::Port(error)) => Err(error.into()),
        }
    }

    async fn submit(
        &self,
        claimed: &LoadedEdit,
        provider: &AnyProvider,
        photo: &SourcePhoto,
    ) -> Result<(), WorkError> {
        let edit = &claimed.edit;
        let Some(attempt) = edit.current_attempt() else {
            return Ok(());
        };
        let webhook = self.webhook(edit, attempt).await;
        let job = EditJob {
            edit_id: edit.id,
            attempt: attempt.number,
            task_id: attempt.task_id,
            model: &attempt.model,
            prompt: &edit.rendered_prompt,
            negative_prompt: edit.rendered_negative_prompt.as_deref(),
            photo,
            estimated_cost: edit.estimate(),
            webhook: webhook.as_ref(),
        };
        match provider.submit(&job).await {
            Ok(Submitted::Accepted { handle: None }) => Ok(()),
            Ok(Submitted::Accepted { handle: Some(handle) }) => self.store_handle(edit, handle).await,
            Ok(Submitted::Finished(output)) => {
                let signal = signal_of_output(edit, attempt.provider, &output);
                let delivery = Delivery {
                    loaded: claimed,
                    output,
                    received_at: self.now(),
                    polls: 0,
                };
                // The poll message fetches a picture that is out of reach now.
                self.deliver(delivery).await?;
                self.report_finished(claimed, attempt, signal).await;
                Ok(())
            }
            Err(error) => self.after_failed_submit(claimed, attempt, error).await,
        }
    }

    async fn after_failed_submit(
        &self,
        claimed: &LoadedEdit,
        attempt: &Attempt,
        error: ProviderError,
    ) -> Result<(), WorkError> {
        let edit = &claimed.edit;
        tracing::warn!(
            edit_id = %edit.id, provider = %attempt.provider, class = %error.class, code = error.code,
            http_status = error.http_status, "submit failed"
        );
        match error.acceptance {
            // The provider may have accepted it: the poll message, which is sent already, asks for it.
            Acceptance::Unknown => {
                if let Some(signal) = signal_of(edit, attempt.provider, &error) {
                    let known = claimed.breakers.of(attempt.provider);
                    self.report(attempt.provider, known, attempt.task_id, signal)
                        .await;
                }
                Ok(())
            }
            Acceptance::Refused | Acceptance::NotSent => {
                let failed = FailedAttempt {
                    loaded: claimed,
                    error,
                    polls: 0,
                    blames_provider: true,
                };
                self.after_failure(failed).await
            }
        }
    }

    /// Stores the provider's handle of an attempt. Where the write fails, a message carries the handle: without it
    /// nobody can ask fal for a picture that is paid for.
    async fn store_handle(&self, edit: &Edit, handle: String) -> Result<(), WorkError> {
        let message = PollMessage::named(edit, &handle);
        match self.step(edit, Step::Accept { handle }).await {
            Err(error) => {
                tracing::warn!(edit_id = %edit.id, %error, "provider handle not stored yet");
                Ok(self.cloud.send_poll(&message, HANDLE_RETRY_DELAY).await?)
            }
            stored => stored,
        }
    }

    /// The address at which the provider may report that it has finished; `None` without a base URL or a key. A key that
    /// cannot be read costs the hint, not the attempt: polls find the picture all the same.
    async fn webhook(&self, edit: &Edit, attempt: &Attempt) -> Option<Url> {
        if attempt.mode_or(&self.settings) == ProviderMode::Fake {
            return None;
        }
        let base = self.settings.webhook_base_url.as_ref()?;
        let key = match self.cloud.webhook_key().await {
            Ok(key) => key?,
            Err(error) => {
                tracing::warn!(edit_id = %edit.id, %error, "no webhook for this attempt");
                return None;
            }
        };
        let hook = Hook {
            provider: attempt.provider,
            tenant_id: edit.tenant_id.clone(),
            event_id: edit.event_id.clone(),
            edit_id: edit.id,
            attempt: attempt.number,
        };
        hook.url(base, &key)
    }
}
