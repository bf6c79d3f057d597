//! Asks a provider a question that costs nothing, to see whether it answers and accepts the key.

use cloud::Cloud;
use domain::settings::ProviderMode;
use domain::{EditId, MicroUsd, ProviderName, Settings, TaskId};
use providers::Task;

use crate::error::WorkError;
use crate::kit::ProviderKit;

/// How the provider reacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It is in fake mode: nobody was asked.
    Fake,
    /// It answered, and accepts the key.
    Reached,
    /// It cannot be used; the text says why, and never holds the key.
    Unreachable(String),
}

/// Asks about a task that never existed. Every provider wants the key for that, and none charges for it.
///
/// # Errors
/// The secret cannot be read.
pub async fn check_provider(
    cloud: &Cloud,
    kit: &ProviderKit,
    name: ProviderName,
    settings: &Settings,
) -> Result<Reach, WorkError> {
    if settings.mode_of(name) == ProviderMode::Fake {
        return Ok(Reach::Fake);
    }
    let provider = match kit.provider(cloud, settings, name, ProviderMode::Live).await {
        Ok(provider) => provider,
        Err(WorkError::Permanent { detail, .. }) => return Ok(Reach::Unreachable(detail)),
        Err(error) => return Err(error),
    };
    let edit_id = EditId::new(cloud.now(), cloud.random());
    let task_id = TaskId::derive(edit_id, 1);
    let descriptor = providers::descriptor(name);
    // Any model gives the question an address; nothing is run.
    let model = (descriptor.models)().next().map_or("", |model| model.id);
    let handle = (descriptor.handle)(model, &task_id.to_string());
    let task = Task {
        edit_id,
        attempt: 1,
        task_id,
        model,
        prompt: "",
        handle: handle.as_deref(),
        polls: 0,
        estimated_cost: MicroUsd::ZERO,
    };
    Ok(match provider.poll(&task).await {
        Ok(_) => Reach::Reached,
        Err(error) => Reach::Unreachable(error.to_string()),
    })
}
