//! Uploads: what may be uploaded, and where to.

use std::collections::BTreeMap;

use cloud::Presigned;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of picture that can be edited.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub(crate) enum MimeType {
    /// JPEG
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG
    #[serde(rename = "image/png")]
    Png,
    /// WebP
    #[serde(rename = "image/webp")]
    Webp,
}

impl MimeType {
    pub(crate) const ALL: &'static [Self] = &[Self::Jpeg, Self::Png, Self::Webp];

    /// As it stands in a header.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// Send the file as the body, with exactly these headers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadBody<'a> {
    method: &'a str,
    url: &'a str,
    headers: BTreeMap<&'a str, &'a str>,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl<'a> UploadBody<'a> {
    /// Where to upload to.
    pub(crate) fn new(upload: &'a Presigned) -> Self {
        let headers = upload
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        Self {
            method: upload.method,
            url: &upload.url,
            headers: headers.collect(),
            expires_at: upload.expires_at,
        }
    }
}
