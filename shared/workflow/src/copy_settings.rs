//! Copies the settings after somebody has changed a parameter.

use cloud::{Cloud, PortError};
use domain::operations::{CopiedSettings, CopySettings};

/// Copies every setting from SSM into the table.
///
/// # Errors
/// SSM or the table is away. Lambda then runs it again, and recovery copies too.
pub async fn copy_settings(cloud: &Cloud, payload: &CopySettings) -> Result<CopiedSettings, PortError> {
    let copied = cloud.copy_settings().await?;
    let changed = payload.detail.as_ref();
    let (name, operation) = (
        changed.map(|change| &*change.name),
        changed.map(|change| &*change.operation),
    );
    tracing::info!(name, operation, parameters = copied.parameters, "settings copied");
    Ok(copied)
}
