//! What every use case of the workers is given, and the few things that all of them do with it.

use std::sync::Arc;
use std::time::Duration;

use cloud::{Cloud, EditInContext, MoveError};
use domain::breaker::Breakers;
use domain::budget::Tenant;
use domain::edit::{Attempt, Move, Step};
use domain::message::SubmitMessage;
use domain::settings::ProviderMode;
use domain::{Edit, EditId, Event, EventId, FailureCode, ProviderName, Settings, TenantId};
use jiff::Timestamp;
use providers::AnyProvider;

use crate::error::WorkError;
use crate::kit::ProviderKit;
use crate::signals;

/// The context of one invocation's work.
pub(crate) struct Worker<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) kit: &'a ProviderKit,
    pub(crate) settings: Arc<Settings>,
}

/// An edit with everything that work on it needs.
#[derive(Debug, Clone)]
pub(crate) struct LoadedEdit {
    pub(crate) edit: Edit,
    pub(crate) event: Option<Event>,
    pub(crate) tenant: Option<Tenant>,
    pub(crate) breakers: Breakers,
    /// The event's median latency, where it has a history.
    pub(crate) quick_latency_ms: Option<u64>,
}

impl LoadedEdit {
    /// The same after a move.
    pub(crate) fn moved_to(self, edit: Edit) -> Self {
        Self { edit, ..self }
    }
}

impl<'a> Worker<'a> {
    pub(crate) async fn new(cloud: &'a Cloud, kit: &'a ProviderKit) -> Result<Self, WorkError> {
        let settings = cloud.settings().await?;
        Ok(Self { cloud, kit, settings })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.cloud.now()
    }

    /// `None` where the edit is gone.
    pub(crate) async fn load(
        &self,
        tenant_id: &TenantId,
        event_id: &EventId,
        edit_id: EditId,
    ) -> Result<Option<LoadedEdit>, WorkError> {
        let EditInContext {
            edit,
            event,
            tenant,
            breakers,
            quick_latency_ms,
        } = self.cloud.edit_in_context(tenant_id, event_id, edit_id).await?;
        Ok(edit.map(|edit| LoadedEdit {
            edit,
            event,
            tenant,
            breakers,
            quick_latency_ms,
        }))
    }

    pub(crate) async fn provider(
        &self,
        name: ProviderName,
        mode: ProviderMode,
    ) -> Result<AnyProvider, WorkError> {
        self.kit.provider(self.cloud, &self.settings, name, mode).await
    }

    /// The provider of an attempt, in the mode in which the attempt was made.
    pub(crate) async fn provider_of(&self, attempt: &Attempt) -> Result<AnyProvider, WorkError> {
        self.provider(attempt.provider, attempt.mode_or(&self.settings))
            .await
    }

    pub(crate) async fn send_submit(
        &self,
        message: &SubmitMessage,
        delay: Duration,
    ) -> Result<(), WorkError> {
        let queue = self.settings.queue_name.as_deref();
        Ok(self.cloud.send_submit(queue, message, delay).await?)
    }

    /// Writes a step, and gives the signals of an edit that ended with it. A step that another worker has overtaken
    /// does nothing.
    pub(crate) async fn step(&self, edit: &Edit, step: Step) -> Result<(), WorkError> {
        let Ok(made) = edit.step(step, self.now()) else {
            return Ok(());
        };
        if let Some(failure) = &made.edit.failure {
            let (code, status) = (failure.code.code(), made.edit.status.as_str());
            tracing::info!(edit_id = %edit.id, code, status, detail = failure.detail, "edit ended");
        }
        match self.cloud.apply(&made).await {
            Ok(()) => {
                signals::ended(self.cloud, &made.edit).await;
                Ok(())
            }
            // It stored pictures, and another worker ended the edit first; if it is gone, so are its pictures.
            Err(MoveError::Superseded) if made.edit.output.is_some() => self.remove_if_gone(edit).await,
            lost => WorkError::unless_superseded(lost),
        }
    }

    /// Removes the pictures of an edit that somebody deleted while they were stored.
    pub(crate) async fn remove_if_gone(&self, edit: &Edit) -> Result<(), WorkError> {
        if self.cloud.edit(&edit.event_id, edit.id).await?.is_none() {
            self.cloud.remove_objects(&edit.object_keys()).await?;
        }
        Ok(())
    }

    /// Writes a move that does not end the edit.
    pub(crate) async fn write(&self, made: &Move) -> Result<(), WorkError> {
        WorkError::unless_superseded(self.cloud.apply(made).await)
    }

    /// Ends an edit that no provider is working on: nothing is charged for this attempt.
    pub(crate) async fn fail_unsent(
        &self,
        edit: &Edit,
        code: FailureCode,
        detail: String,
    ) -> Result<(), WorkError> {
        let last = Step::Fail {
            code,
            detail,
            polls: 0,
            cost: None,
        };
        self.step(edit, last).await
    }
}
