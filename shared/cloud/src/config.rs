//! Where a function's resources are, from its environment.

use std::borrow::Cow;
use std::env;
use std::time::Duration;

use domain::Settings;
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
    /// `SETTING_DEFAULTS`, a JSON object, and `API_URL`: the settings of an installation that has set none.
    pub defaults: Settings,
    /// `SETTINGS_MAX_AGE_SECONDS`, 20 by default and 30 at the most, because a change must take effect within 30 s: how
    /// old styles and keys may get. Settings get at most two seconds old while their copy is there.
    pub max_age: Duration,
    /// `SUBMIT_QUEUE_URL`
    pub submit_queue_url: String,
    /// `POLL_QUEUE_URL`
    pub poll_queue_url: String,
    /// `EVENT_BUS_NAME`
    pub event_bus: String,
    /// `SITE_URL`: where people open the pages; absent in an installation without a site, and in most functions.
    pub site_url: Option<String>,
}

/// A variable that is missing or wrong.
#[derive(Debug, Error)]
#[error("the environment variable {name} {problem}")]
pub struct ConfigError {
    name: &'static str,
    problem: Cow<'static, str>,
}

impl Config {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            table: variable("TABLE_NAME")?,
            bucket: variable("BUCKET_NAME")?,
            settings_path: variable("SETTINGS_PATH")?,
            secrets_path: variable("SECRETS_PATH")?,
            defaults: defaults()?,
            max_age: max_age()?,
            submit_queue_url: variable("SUBMIT_QUEUE_URL")?,
            poll_queue_url: variable("POLL_QUEUE_URL")?,
            event_bus: variable("EVENT_BUS_NAME")?,
            site_url: variable("SITE_URL").ok(),
        })
    }
}

fn variable(name: &'static str) -> Result<String, ConfigError> {
    env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or(ConfigError {
            name,
            problem: Cow::Borrowed("is not set"),
        })
}

/// `API_URL` is the address that providers may call. Functions behind the API do not get it, because the API depends on
/// them.
fn defaults() -> Result<Settings, ConfigError> {
    let name = "SETTING_DEFAULTS";
    let defaults = match env::var(name) {
        Ok(text) => Settings::of_stack(&text).map_err(|problem| ConfigError {
            name,
            problem: format!("is unusable: {problem}").into(),
        })?,
        Err(_) => Settings::default(),
    };
    Ok(match env::var("API_URL") {
        Ok(url) => defaults.of_api_at(&url),
        Err(_) => defaults,
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
            problem: Cow::Borrowed("must be a whole number from 0 to 30"),
        }),
    }
}
