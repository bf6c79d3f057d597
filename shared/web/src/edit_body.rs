//! An edit as its guest sees it.

use domain::edit::StoredOutput;
use domain::wait::Wait;
use domain::{Edit, EditId, PhotoId, Status, StyleKey};
use jiff::Timestamp;
use serde::Serialize;

/// An edit as its guest sees it.
#[derive(Debug, Serialize)]
pub struct EditBody<'a> {
    id: EditId,
    status: Status,
    photo_id: PhotoId,
    style_key: Option<&'a StyleKey>,
    created_at: Timestamp,
    updated_at: Timestamp,
    completed_at: Option<Timestamp>,
    wait: Option<&'a Wait>,
    output: Option<OutputBody<'a>>,
    failure: Option<FailureBody>,
}

#[derive(Debug, Serialize)]
struct OutputBody<'a> {
    url: &'a str,
    thumbnail_url: &'a str,
    mime_type: &'a str,
    width: u32,
    height: u32,
    bytes: u64,
    sha256: &'a str,
}

#[derive(Debug, Serialize)]
struct FailureBody {
    code: &'static str,
    message: &'static str,
    retryable: bool,
}

impl<'a> EditBody<'a> {
    /// An edit and how long it will take.
    pub fn new(edit: &'a Edit, wait: Option<&'a Wait>) -> Self {
        Self {
            id: edit.id,
            status: edit.status,
            photo_id: edit.photo_id,
            style_key: edit.style_key.as_ref(),
            created_at: edit.created_at,
            updated_at: edit.updated_at,
            completed_at: edit.completed_at,
            wait,
            output: None,
            failure: edit.failure.as_ref().map(|failure| FailureBody {
                code: failure.code.code(),
                message: failure.code.message(),
                retryable: failure.code.retryable(),
            }),
        }
    }

    /// With the finished picture.
    #[must_use]
    pub fn with_output(mut self, stored: &'a StoredOutput, url: &'a str, thumbnail_url: &'a str) -> Self {
        self.output = Some(OutputBody {
            url,
            thumbnail_url,
            mime_type: &stored.mime_type,
            width: stored.width,
            height: stored.height,
            bytes: stored.bytes,
            sha256: &stored.sha256,
        });
        self
    }
}
