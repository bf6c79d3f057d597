//! Preparing a photo when it has been uploaded.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::id::{EventId, PhotoId};
use crate::photo::{PhotoStatus, photo_of_upload};

/// Payload of `prepare-photo`: EventBridge's event "Object Created" of the bucket, or nothing. Events may be late, double
/// or in the wrong order.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PreparePhoto {
    detail: Option<Created>,
    #[serde(rename = "version")]
    _version: IgnoredAny,
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(rename = "detail-type")]
    _detail_type: IgnoredAny,
    #[serde(rename = "source")]
    _source: IgnoredAny,
    #[serde(rename = "account")]
    _account: IgnoredAny,
    #[serde(rename = "time")]
    _time: IgnoredAny,
    #[serde(rename = "region")]
    _region: IgnoredAny,
    #[serde(rename = "resources")]
    _resources: IgnoredAny,
}

#[derive(Debug, Deserialize)]
struct Created {
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    key: String,
}

impl PreparePhoto {
    /// The photo that was uploaded; `None` where the object is none.
    pub fn photo(&self) -> Option<(EventId, PhotoId)> {
        photo_of_upload(&self.detail.as_ref()?.object.key)
    }
}

/// Answer of `prepare-photo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PhotoPrepared {
    pub photo_id: Option<PhotoId>,
    /// Null: there is no such photo, or no more.
    pub status: Option<PhotoStatus>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_of_the_bucket_names_the_photo_that_was_uploaded() {
        let photo = "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let event = |key: &str| {
            let event = json!({
                "version": "0", "id": "1", "detail-type": "Object Created", "source": "aws.s3", "account": "1",
                "time": "2026-10-01T12:00:00Z", "region": "eu-central-1", "resources": ["arn:aws:s3:::b"],
                "detail": { "version": "0", "bucket": { "name": "b" }, "reason": "PutObject",
                            "object": { "key": key, "size": 7, "etag": "e", "sequencer": "1" } },
            });
            serde_json::from_value::<PreparePhoto>(event).unwrap()
        };
        let expected = Some(("e1".parse().unwrap(), photo.parse().unwrap()));
        assert_eq!(event(&format!("uploads/e1/{photo}")).photo(), expected);
        assert_eq!(event("uploads/e1/other.txt").photo(), None);
        assert_eq!(PreparePhoto::default().photo(), None);
    }
}
