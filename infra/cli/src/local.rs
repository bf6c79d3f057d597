//! The local stack, as `.local/stack.json` describes it. Starting and stopping it is Python's work, because the
//! emulator is Python.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

/// Its name in CloudFormation.
pub(crate) const STACK: &str = "magic-edits-local";

/// Why there is no local stack to act on.
#[derive(Debug, Error)]
pub(crate) enum LocalError {
    /// Outside the project.
    #[error(
        "this is not a folder of the project (no infra/local/stack.py above it): change into the project's folder"
    )]
    NotInProject,
    /// Not started.
    #[error("the local stack is not up ({0}): start it with `make up`")]
    NotUp(String),
    /// No Python.
    #[error("python3 could not be started ({0}): install Python 3.10 or newer")]
    NoPython(std::io::Error),
}

#[derive(Deserialize)]
struct StackFile {
    region: String,
    endpoint_url: String,
    table: String,
    bucket: String,
    submit_queue_url: String,
    poll_queue_url: String,
    event_bus: String,
    settings_path: String,
    secrets_path: String,
}

/// Hands over to the Python side.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode, LocalError> {
    let script = root()?.join("infra/local/stack.py");
    let status = Command::new("python3")
        .arg(script)
        .args(arguments)
        .status()
        .map_err(LocalError::NoPython)?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The resources of the running local stack.
pub(crate) fn config() -> Result<cloud::Config, LocalError> {
    let stack = read()?;
    Ok(cloud::Config {
        table: stack.table,
        bucket: stack.bucket,
        settings_path: stack.settings_path,
        secrets_path: stack.secrets_path,
        max_age: Duration::ZERO,
        submit_queue_url: stack.submit_queue_url,
        poll_queue_url: stack.poll_queue_url,
        event_bus: stack.event_bus,
    })
}

/// Where the running local stack listens, and in which region it claims to be.
pub(crate) fn endpoint() -> Result<cloud::LocalEndpoint, LocalError> {
    let stack = read()?;
    Ok(cloud::LocalEndpoint {
        url: stack.endpoint_url,
        region: stack.region,
    })
}

fn read() -> Result<StackFile, LocalError> {
    let path = root()?.join(".local/stack.json");
    let text = fs::read_to_string(&path).map_err(|error| LocalError::NotUp(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| LocalError::NotUp(format!(".local/stack.json: {error}")))
}

fn root() -> Result<PathBuf, LocalError> {
    let here = env::current_dir().unwrap_or_default();
    let is_root = |folder: &&Path| folder.join("infra/local/stack.py").is_file();
    here.ancestors()
        .find(is_root)
        .map(Path::to_path_buf)
        .ok_or(LocalError::NotInProject)
}
