//! Where a function's resources are, from its environment.

use std::env;
use std::time::Duration;

use thiserror::Error;

/// Names of the stack's resources. Each field says which variable it is read from.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE_NAME`
    pub table: String,
    /// `BUCKET_NAME`
    pub bucket: String,
    /// `SETTINGS_PATH`, such as `/magic-edits/prod/settings`
    pub settings_path: String,
    /// `SECRETS_PATH`, such as `/magic-edits/prod/secrets`
    pub secrets_path: String,
    /// `SETTINGS_MAX_AGE_SECONDS`, 20 by default and 30 at the most, because a change must take effect within 30 s: how
    /// old settings and styles may get.
    pub max_age: Duration,
    /// `SUBMIT_QUEUE_URL`
    pub submit_queue_url: String,
    /// `POLL_QUEUE_URL`
    pub poll_queue_url: String,
    /// `EVENT_BUS_NAME`
    pub event_bus: String,
}

/// A variable that is missing or wrong.
#[derive(Debug, Error)]
#[error("the environment variable {name} {problem}")]
pub struct ConfigError {
    name: &'static str,
    problem: &'static str,
}

impl Config {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            table: variable("TABLE_NAME")?,
            bucket: variable("BUCKET_NAME")?,
            settings_path: variable("SETTINGS_PATH")?,
            secrets_path: variable("SECRETS_PATH")?,
            max_age: max_age()?,
            submit_queue_url: variable("SUBMIT_QUEUE_URL")?,
            poll_queue_url: variable("POLL_QUEUE_URL")?,
            event_bus: variable("EVENT_BUS_NAME")?,
        })
    }
}

fn variable(name: &'static str) -> Result<String, ConfigError> {
    env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or(ConfigError {
            name,
            problem: "is not set",
        })
}

fn max_age() -> Result<Duration, ConfigError> {
    let name = "SETTINGS_MAX_AGE_SECONDS";
    let Ok(text) = env::var(name) else {
        return Ok(Duration::from_secs(20));
    };
    match text.parse() {
        Ok(seconds @ 0..=30) => Ok(Duration::from_secs(seconds)),
        _ => Err(ConfigError {
            name,
            problem: "must be a whole number from 0 to 30",
        }),
    }
}
