//! Photos of guests: registered, uploaded to the bucket by the guest's device, then prepared once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, IntoStaticStr, VariantArray};

use crate::event::Consented;
use crate::id::{EventId, PhotoId};

/// The largest photo that is taken, in bytes.
pub const MAX_PHOTO_BYTES: u64 = 30_000_000;

/// A photo that a guest registered and uploads to the bucket by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Made by us.
    pub id: PhotoId,
    pub event_id: EventId,
    /// Scope hash of the guest who registered it (see [`crate::scope`]); absent: the organiser did, or it is older than
    /// this field. The index by guest has this attribute as its key, which may be missing but not null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<String>,
    /// The guest's consent, where the event asked for it.
    #[serde(default)]
    pub consent: Option<Consented>,
    /// As announced; what was uploaded is checked when it is prepared.
    pub mime_type: String,
    /// As announced, in bytes; the upload URL accepts exactly this size.
    pub size_bytes: u64,
    /// Key of the original in the bucket. Nobody but the workers reads it.
    pub object_key: String,
    /// When it was registered.
    pub created_at: Timestamp,
    #[serde(default)]
    pub state: PhotoState,
}

/// How far a photo has come. It leaves `awaiting_upload` once, so what is uploaded later changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum PhotoState {
    /// Not uploaded, or not prepared yet.
    #[default]
    AwaitingUpload,
    /// Everything but the original is made from this copy.
    Ready(PreparedCopy),
    Rejected {
        code: Rejection,
    },
}

/// The status alone, as callers branch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum PhotoStatus {
    AwaitingUpload,
    Ready,
    Rejected,
}

impl PhotoStatus {
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

impl PhotoState {
    pub const fn status(&self) -> PhotoStatus {
        match self {
            Self::AwaitingUpload => PhotoStatus::AwaitingUpload,
            Self::Ready(_) => PhotoStatus::Ready,
            Self::Rejected { .. } => PhotoStatus::Rejected,
        }
    }

    pub const fn copy(&self) -> Option<&PreparedCopy> {
        match self {
            Self::Ready(copy) => Some(copy),
            Self::AwaitingUpload | Self::Rejected { .. } => None,
        }
    }
}

/// The copy of a photo that lists, edits and providers get: upright and without metadata. Both files are named by their
/// content, so whoever prepares the same upload again writes the same files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedCopy {
    /// Key in the bucket.
    pub object_key: String,
    /// Key of the thumbnail.
    pub thumbnail_key: String,
    /// Of the upright picture.
    pub width: u32,
    pub height: u32,
    /// Of both files together.
    pub bytes: u64,
}

impl PreparedCopy {
    /// `image/jpeg`, whatever was uploaded.
    pub const MIME_TYPE: &str = "image/jpeg";

    /// The bucket keys of a photo's copy and thumbnail with these SHA-256 digests, in hexadecimal.
    pub fn keys(
        event: &EventId,
        photo: PhotoId,
        copy_sha256: &str,
        thumbnail_sha256: &str,
    ) -> (String, String) {
        let folder = format!("events/{event}/photos/{photo}");
        (
            format!("{folder}/{copy_sha256}.jpg"),
            format!("{folder}/{thumbnail_sha256}.thumb.jpg"),
        )
    }

    pub fn object_keys(&self) -> [&String; 2] {
        [&self.object_key, &self.thumbnail_key]
    }
}

impl Photo {
    /// Whether a guest registered it.
    pub fn is_of(&self, scope_hash: &str) -> bool {
        self.guest.as_deref() == Some(scope_hash)
    }

    /// The keys of all its objects, there or not.
    pub fn object_keys(&self) -> Vec<String> {
        let copies = self.state.copy().into_iter().flat_map(PreparedCopy::object_keys);
        std::iter::once(&self.object_key).chain(copies).cloned().collect()
    }

    /// Bytes in the bucket, as far as the photo knows them.
    pub fn stored_bytes(&self) -> u64 {
        self.state.copy().map_or(self.size_bytes, |copy| copy.bytes)
    }
}

/// The folder of originals. What lies here is announced to the function that prepares photos, and to nobody else; no
/// function behind the API may read it.
const UPLOADS: &str = "uploads";

/// The bucket key to which a photo is uploaded.
pub fn upload_key(event: &EventId, photo: PhotoId) -> String {
    format!("{UPLOADS}/{event}/{photo}")
}

/// The photo that is uploaded to this key; `None` where the key is none of ours.
pub fn photo_of_upload(key: &str) -> Option<(EventId, PhotoId)> {
    let (event, photo) = key.strip_prefix(UPLOADS)?.strip_prefix('/')?.split_once('/')?;
    Some((event.parse().ok()?, photo.parse().ok()?))
}

/// Why a photo cannot be used. Each code owns the words that its guest reads.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    Display,
    IntoStaticStr,
    VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Rejection {
    NotAPicture,
    Heic,
    Avif,
    Gif,
    UnsupportedKind,
    Damaged,
    TooSmall,
    TooManyPixels,
    TooLarge,
}

impl Rejection {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The stable code that clients branch on.
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// The message for the guest: what is wrong and what to do.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotAPicture => "This file is not a photo. Please choose a JPEG, PNG or WebP picture.",
            Self::Heic => {
                "This photo is in the HEIC format, which cannot be used. Please share it as JPEG. On an iPhone, choose \
                 Settings, Camera, Formats, Most Compatible."
            }
            Self::Avif => "This picture is in the AVIF format, which cannot be used. Please save it as JPEG.",
            Self::Gif => {
                "This picture is a GIF, which cannot be used. Please choose a JPEG, PNG or WebP picture."
            }
            Self::UnsupportedKind => {
                "This kind of JPEG cannot be used. Please open the picture in a photo app and save it again."
            }
            Self::Damaged => "This photo is damaged or was not uploaded completely. Please upload it again.",
            Self::TooSmall => {
                "This photo is too small. Please choose one with at least 64 pixels on each side."
            }
            Self::TooManyPixels => {
                "This photo has too many pixels. Please scale it down and upload it again."
            }
            Self::TooLarge => "This file is too large. Please choose a photo of at most 30 MB.",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn photo_id() -> PhotoId {
        "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap()
    }

    #[test]
    fn an_upload_names_its_photo_and_no_other_object_does() {
        let event: EventId = "wedding_2026-a".parse().unwrap();
        let key = upload_key(&event, photo_id());
        assert_eq!(photo_of_upload(&key), Some((event.clone(), photo_id())));
        let (copy, thumbnail) = PreparedCopy::keys(&event, photo_id(), "aa", "bb");
        for other in [
            copy.as_str(),
            thumbnail.as_str(),
            "uploads/wedding",
            "uploads/wedding/photo_1",
            "uploads//photo_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "uploads/a/b/photo_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "uploadsa/photo_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "",
        ] {
            assert_eq!(photo_of_upload(other), None, "{other}");
        }
    }

    #[test]
    fn a_photo_that_is_older_than_its_states_awaits_its_copy() {
        let old = json!({
            "id": photo_id(), "event_id": "e1", "mime_type": "image/jpeg", "size_bytes": 7,
            "object_key": "events/party/photos/1", "created_at": "2026-09-21T14:13:20Z",
        });
        let photo: Photo = serde_json::from_value(old).unwrap();
        assert_eq!(photo.state, PhotoState::AwaitingUpload);
        assert_eq!(
            (photo.stored_bytes(), photo.object_keys()),
            (7, vec![photo.object_key.clone()])
        );
        let written = serde_json::to_value(&photo).unwrap();
        assert!(written.get("guest").is_none(), "an index refuses null: {written}");
    }

    #[test]
    fn every_rejection_has_words_of_its_own_that_say_what_to_do() {
        let words: std::collections::HashSet<_> = Rejection::ALL.iter().map(|code| code.message()).collect();
        assert_eq!(words.len(), Rejection::ALL.len());
        assert!(words.iter().all(|words| words.contains("Please ")));
        let codes: Vec<_> = Rejection::ALL.iter().map(|code| code.code()).collect();
        let expected = [
            "not_a_picture",
            "heic",
            "avif",
            "gif",
            "unsupported_kind",
            "damaged",
            "too_small",
            "too_many_pixels",
            "too_large",
        ];
        assert_eq!(codes, expected);
    }
}
