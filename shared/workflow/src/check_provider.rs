//! Asks a provider a question that costs nothing, to see whether it is there and takes the key.

use cloud::Cloud;
use domain::settings::ProviderMode;
use domain::{EditId, MicroUsd, ProviderName, Settings, TaskId};
use providers::Task;

use crate::studio::Studio;
use crate::work_error::WorkError;

/// How a provider took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It is in fake mode: nothing outside was asked.
    Fake,
    /// It answered, and knows the key.
    Reached,
    /// It cannot be used; says why, never with the key in it.
    Unreachable(String),
}

/// Asks after a task that never was. Every provider wants the key for that, and none charges for it.
///
/// # Errors
/// The secret cannot be read.
pub async fn check_provider(
    cloud: &Cloud,
    studio: &Studio,
    name: ProviderName,
    settings: &Settings,
) -> Result<Reach, WorkError> {
    if settings.mode_of(name) == ProviderMode::Fake {
        return Ok(Reach::Fake);
    }
    let provider = match studio.provider(cloud, name, ProviderMode::Live, settings).await? {
        Ok(provider) => provider,
        Err(unusable) => return Ok(Reach::Unreachable(unusable.0)),
    };
    let edit_id = EditId::new(cloud.now(), cloud.random());
    let task_id = TaskId::derive(edit_id, 1);
    let descriptor = providers::descriptor(name);
    // Any model gives the question an address; nothing is run.
    let model = (descriptor.models)().next().map_or("", |model| model.id);
    let handle = (descriptor.handle)(model, &task_id.to_string());
    let nobodys = Task {
        edit_id,
        attempt: 1,
        task_id,
        model,
        prompt: "",
        handle: handle.as_deref(),
        polls: 0,
        estimated_cost: MicroUsd::ZERO,
    };
    Ok(match provider.poll(&nobodys).await {
        Ok(_) => Reach::Reached,
        Err(error) => Reach::Unreachable(error.to_string()),
    })
}
