//! Identifiers. Ours are prefixed ULIDs (`edit_01J…`); a host platform chooses its own keys.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use ulid::Ulid;
use uuid::Uuid;

/// A text that is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("must be {expected}")]
pub struct InvalidId {
    expected: &'static str,
}

macro_rules! prefixed_ulid {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Ulid);

        impl $name {
            /// The prefix that tells what kind of id a text is.
            pub const PREFIX: &'static str = $prefix;

            /// A new id: sorts by `at` (milliseconds), unique by `random` (80 of its bits are used).
            pub fn new(at: Timestamp, random: u128) -> Self {
                let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
                Self(Ulid::from_parts(millis, random))
            }

            /// The ULID without its prefix: what sorts in the table.
            pub fn ulid(&self) -> String {
                self.0.to_string()
            }

            /// The id for a ULID as it stands in the table.
            pub fn from_ulid(text: &str) -> Result<Self, InvalidId> {
                text.parse().map(Self).map_err(|_| Self::invalid())
            }

            /// The time in the id.
            pub fn created_at(&self) -> Timestamp {
                i64::try_from(self.0.timestamp_ms())
                    .ok()
                    .and_then(|millis| Timestamp::from_millisecond(millis).ok())
                    .unwrap_or(Timestamp::UNIX_EPOCH)
            }

            fn invalid() -> InvalidId {
                InvalidId { expected: concat!("\"", $prefix, "\" and a ULID") }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix($prefix).ok_or_else(Self::invalid).and_then(Self::from_ulid)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
    };
}

prefixed_ulid!(
    /// One AI edit request.
    EditId,
    "edit_"
);
impl EditId {
    /// One of so many shards, by the id's random part.
    pub fn shard(&self, of: u8) -> u8 {
        let shard = self.0.random() % u128::from(of.max(1));
        u8::try_from(shard).unwrap_or_default()
    }
}

prefixed_ulid!(
    /// One uploaded photo.
    PhotoId,
    "photo_"
);
prefixed_ulid!(
    /// One guest link of an event (never the secret in it).
    TokenId,
    "token_"
);
prefixed_ulid!(
    /// One entry of the audit.
    AuditId,
    "audit_"
);
prefixed_ulid!(
    /// One uploaded logo.
    LogoId,
    "logo_"
);
prefixed_ulid!(
    /// One uploaded watermark image.
    WatermarkId,
    "watermark_"
);

macro_rules! chosen_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The key as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if is_chosen_key(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId {
                        expected: "1 to 64 of A-Z a-z 0-9 _ -, beginning with a letter or digit",
                    })
                }
            }
        }

        impl From<$name> for String {
            fn from(key: $name) -> Self {
                key.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
    };
}

chosen_key!(
    /// An organiser's account, named by the superadmin.
    TenantId
);
chosen_key!(
    /// An event, named by the superadmin.
    EventId
);
chosen_key!(
    /// An event's name in URLs and storage paths, unique within its tenant.
    EventSlug
);
chosen_key!(
    /// A style's key.
    StyleKey
);
chosen_key!(
    /// An event package's key.
    PackageKey
);
chosen_key!(
    /// A catalogue add-on's key.
    AddonKey
);

fn is_chosen_key(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The id under which one attempt of one edit is known to a provider.
///
/// It is derived, never drawn: whoever repeats an attempt, repeats its id, and the provider refuses the second
/// submit (Runware: `conflictTaskUUID`). It has the version-4 shape that Runware demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(Uuid);

impl TaskId {
    /// The task id of this edit's attempt (1, 2, …).
    pub fn derive(edit: EditId, attempt: u32) -> Self {
        let digest = Sha256::digest(format!("{edit}/attempt/{attempt}"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// The id as a UUID.
    pub fn uuid(&self) -> Uuid {
        self.0
    }

    /// A seed for models that take one: the same attempt gives the same picture. Fits 31 bits, the smallest
    /// range among the models (nano-banana-2).
    pub fn seed(&self) -> u64 {
        (self.0.as_u128() & 0x7fff_ffff) as u64
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Uuid> for TaskId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form_and_sorts_by_time() {
        let early = EditId::new(Timestamp::from_second(1_700_000_000).unwrap(), 7);
        let late = EditId::new(Timestamp::from_second(1_700_000_001).unwrap(), 0);
        assert_eq!(early.to_string().parse::<EditId>().unwrap(), early);
        assert!(early.ulid() < late.ulid());
        assert_eq!(late.created_at().as_second(), 1_700_000_001);
        assert!("photo_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<EditId>().is_err());
        assert!("edit_nonsense".parse::<EditId>().is_err());
    }

    #[test]
    fn chosen_keys_are_what_the_contract_says() {
        for good in ["a", "A-1", "0_x", &"k".repeat(64)] {
            assert!(good.parse::<TenantId>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "_a", "a#b", "a b", "ü", &"k".repeat(65)] {
            assert!(bad.parse::<TenantId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_task_id_is_the_same_for_the_same_attempt_and_has_version_4_shape() {
        let edit = EditId::new(Timestamp::from_second(1_700_000_000).unwrap(), 42);
        let first = TaskId::derive(edit, 1);
        assert_eq!(first, TaskId::derive(edit, 1));
        assert_ne!(first, TaskId::derive(edit, 2));
        assert_eq!(first.uuid().get_version_num(), 4);
        assert_eq!(first.uuid().get_variant(), uuid::Variant::RFC4122);
    }
}
