//! What the rows of the settings are read and checked with.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::Url;
use utoipa::openapi::Ref;

use crate::provider::ProviderName;
use crate::watermark::WatermarkSettings;

/// For the defaults, which the tests read.
#[allow(clippy::expect_used)]
pub(super) fn url(text: &str) -> Url {
    text.parse().expect("the URL is a constant")
}

/// Those of every provider.
pub(super) fn output_hosts() -> Vec<String> {
    let hosts = ProviderName::ALL
        .iter()
        .flat_map(|provider| provider.output_hosts());
    hosts.map(|host| (*host).to_owned()).collect()
}

/// SSM cannot hold an empty text, so `none` stands for it.
pub(super) fn unless_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    text.filter(|text| !matches!(text.as_str(), "" | "none"))
        .map(|text| text.parse().map_err(D::Error::custom))
        .transpose()
}

/// The whole range is named in the message, which garde's own rule does not do.
pub(super) fn within<T>(low: T, high: T) -> impl FnOnce(&T, &()) -> garde::Result
where
    T: PartialOrd + Display,
{
    move |value, ()| {
        if (&low..=&high).contains(&value) {
            Ok(())
        } else {
            Err(garde::Error::new(format!(
                "must be from {low} to {high}, not {value}"
            )))
        }
    }
}

/// https, or plain http to this machine alone.
pub(super) fn https(url: &Url, (): &()) -> garde::Result {
    match (url.scheme(), url.host_str()) {
        ("https", Some(_)) | ("http", Some("127.0.0.1")) => Ok(()),
        _ => Err(garde::Error::new("must be an https URL")),
    }
}

/// What SQS takes as the name of a standard queue.
pub(super) fn is_queue_name(name: &Option<String>, (): &()) -> garde::Result {
    let fits = |name: &String| {
        name.len() <= 80
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match name.as_ref().filter(|name| !fits(name)) {
        None => Ok(()),
        Some(name) => Err(garde::Error::new(format!("`{name}` is not the name of a queue"))),
    }
}

pub(super) fn is_visible(text: &str, (): &()) -> garde::Result {
    crate::text::flaw_of_text(text).map_or(Ok(()), |flaw| Err(garde::Error::new(flaw)))
}

pub(super) fn fits_the_picture(watermark: &WatermarkSettings, (): &()) -> garde::Result {
    watermark.check().map_err(garde::Error::new)
}

/// The API describes a watermark once, for tenants, events and the installation.
pub(super) fn watermark_schema() -> Ref {
    Ref::builder()
        .ref_location_from_schema_name("WatermarkInput")
        .description(Some("The installation's watermark."))
        .build()
}
