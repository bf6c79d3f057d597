//! The local stack, as the `stack.json` of its folder describes it. A Python script starts and stops it, because the emulator is
//! written in Python.

use std::env;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use domain::Settings;
use serde::Deserialize;
use thiserror::Error;

/// Names another folder than [`FOLDER`], and thereby another stack; `make` takes the same variable.
const FOLDER_VARIABLE: &str = "MAGIC_EDITS_FOLDER";
/// The folder of the stack, in the project's folder.
const FOLDER: &str = ".local";

/// The name of the local CloudFormation stack.
pub(crate) const STACK: &str = "magic-edits-local";

#[derive(Debug, Error)]
pub(crate) enum LocalError {
    #[error(
        "this folder is not part of the project (no infra/local/stack.py above it): change into the project's folder"
    )]
    NotInProject,
    #[error("the local stack is not up ({0}): start it with `make up`")]
    NotUp(String),
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
    setting_defaults: String,
    /// Absent where the stack has no site.
    site_url: Option<String>,
}

/// Runs the Python script.
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
        defaults: Settings::of_stack(&stack.setting_defaults).map_err(LocalError::NotUp)?,
        max_age: Duration::ZERO,
        submit_queue_url: stack.submit_queue_url,
        poll_queue_url: stack.poll_queue_url,
        event_bus: stack.event_bus,
        site_url: stack.site_url,
    })
}

/// The address and the region of the running local stack.
pub(crate) fn endpoint() -> Result<cloud::LocalEndpoint, LocalError> {
    let stack = read()?;
    Ok(cloud::LocalEndpoint {
        url: stack.endpoint_url,
        region: stack.region,
    })
}

fn read() -> Result<StackFile, LocalError> {
    let named = env::var_os(FOLDER_VARIABLE).filter(|named| !named.is_empty());
    let path = Path::new(named.as_deref().unwrap_or(FOLDER.as_ref())).join("stack.json");
    let not_up = |error: &dyn Display| LocalError::NotUp(format!("{}: {error}", path.display()));
    let text = fs::read_to_string(root()?.join(&path)).map_err(|error| not_up(&error))?;
    serde_json::from_str(&text).map_err(|error| not_up(&error))
}

fn root() -> Result<PathBuf, LocalError> {
    let here = env::current_dir().unwrap_or_default();
    let is_root = |folder: &&Path| folder.join("infra/local/stack.py").is_file();
    here.ancestors()
        .find(is_root)
        .map(Path::to_path_buf)
        .ok_or(LocalError::NotInProject)
}
