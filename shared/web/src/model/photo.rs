//! Photos.

use cloud::Presigned;
use std::collections::BTreeMap;

use domain::PhotoId;
use domain::event::{MAX_PHOTO_BYTES, Photo};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A photo that is announced.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhotoInput {
    /// What kind of picture it is.
    #[garde(skip)]
    pub mime_type: MimeType,
    /// Exactly what will be uploaded.
    #[garde(range(min = 1, max = MAX_PHOTO_BYTES))]
    #[schema(minimum = 1, maximum = 30_000_000)]
    pub size_bytes: u64,
}

/// A kind of picture that can be edited.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub enum MimeType {
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
    /// As it stands in a header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// A photo and where to see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoBody<'a> {
    #[schema(value_type = String)]
    id: PhotoId,
    mime_type: &'a str,
    size_bytes: u64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Works for a while.
    url: &'a str,
}

impl<'a> PhotoBody<'a> {
    /// A photo that can be seen at this URL.
    pub fn new(photo: &'a Photo, url: &'a str) -> Self {
        Self {
            id: photo.id,
            mime_type: &photo.mime_type,
            size_bytes: photo.size_bytes,
            created_at: photo.created_at,
            url,
        }
    }
}

/// A registered photo and where to put it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewPhotoBody<'a> {
    #[schema(value_type = String)]
    id: PhotoId,
    mime_type: &'a str,
    size_bytes: u64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    upload: UploadBody<'a>,
}

/// Send the file as the body, with exactly these headers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UploadBody<'a> {
    method: &'a str,
    url: &'a str,
    headers: BTreeMap<&'a str, &'a str>,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl<'a> UploadBody<'a> {
    /// Where to upload to.
    pub(super) fn new(upload: &'a Presigned) -> Self {
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

impl<'a> NewPhotoBody<'a> {
    /// A photo that waits for its upload.
    pub fn new(photo: &'a Photo, upload: &'a Presigned) -> Self {
        Self {
            id: photo.id,
            mime_type: &photo.mime_type,
            size_bytes: photo.size_bytes,
            created_at: photo.created_at,
            upload: UploadBody::new(upload),
        }
    }
}
