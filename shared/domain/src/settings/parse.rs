//! Values from the texts of parameters, each refused with what it must be instead.

use std::time::Duration;

use serde::de::DeserializeOwned;
use url::Url;

use super::ProviderMode;

pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.trim() {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(format!("must be `true` or `false`, not `{other}`")),
    }
}

pub(super) fn integer(text: &str, low: u32, high: u32) -> Result<u32, String> {
    match text.trim().parse() {
        Ok(value) if (low..=high).contains(&value) => Ok(value),
        _ => Err(format!(
            "must be a whole number from {low} to {high}, not `{text}`"
        )),
    }
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    match text.trim().parse() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err(format!("must be a number from 0 to 1, not `{text}`")),
    }
}

pub(super) fn sentence(text: &str) -> Result<String, String> {
    let text = text.trim();
    if (1..=500).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err("must be a text of 1 to 500 characters".to_owned())
    }
}

/// SSM cannot hold an empty text, so `none` means the same.
pub(super) fn optional(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text != "none").then_some(text)
}

pub(super) fn mode(text: &str) -> Result<ProviderMode, String> {
    match text.trim() {
        "live" => Ok(ProviderMode::Live),
        "fake" => Ok(ProviderMode::Fake),
        other => Err(format!("must be `live` or `fake`, not `{other}`")),
    }
}

pub(super) fn queue_name(text: &str) -> Result<String, String> {
    let fits = (1..=80).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is not the name of a queue"))
    }
}

/// A timeout must leave the worker time to store the outcome.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    integer(text, 1, 60).map(|seconds| Duration::from_secs(seconds.into()))
}

/// https, or plain http to this machine alone.
pub(super) fn base_url(text: &str) -> Result<Url, String> {
    let url: Url = text
        .trim()
        .parse()
        .map_err(|error| format!("is not a URL: {error}"))?;
    match (url.scheme(), url.host_str()) {
        ("https", Some(_)) | ("http", Some("127.0.0.1")) => Ok(url),
        _ => Err("must be an https URL".to_owned()),
    }
}

pub(super) fn json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| format!("is not the JSON that is expected here: {error}"))
}
