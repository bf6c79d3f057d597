//! How an event presents itself to its guests.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{EventId, LogoId};

/// The bucket's folder of logos.
const LOGO_FOLDER: &str = "logos";

/// Whose edits a guest sees besides its own.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gallery {
    /// Nobody's.
    #[default]
    Off,
    /// Everybody's, as soon as they are finished.
    Open,
    /// Those that the organiser has approved.
    Reviewed,
}

/// A language of the guest page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// German
    De,
    /// English
    En,
}

/// What the guest page shows of the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventPage {
    /// Words above everything else.
    pub welcome: Option<String>,
    /// `#rrggbb`.
    pub accent_colour: Option<String>,
    /// Bucket key of a picture below [`logo_folder`].
    pub logo_key: Option<String>,
    /// In the order in which they are offered; never empty.
    pub languages: Vec<Language>,
    /// The organiser's privacy notice.
    pub privacy_url: Option<String>,
    /// When the event ends, as guests are told. The links end on their own.
    pub ends_at: Option<Timestamp>,
}

impl Default for EventPage {
    fn default() -> Self {
        Self {
            welcome: None,
            accent_colour: None,
            logo_key: None,
            languages: vec![Language::De, Language::En],
            privacy_url: None,
            ends_at: None,
        }
    }
}

/// What a guest agrees to before a photo is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Consent {
    pub text: String,
    /// Grows by one with every new text.
    pub version: u32,
}

/// A guest's consent, as it is kept with a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consented {
    /// The version of the text.
    pub version: u32,
    pub at: Timestamp,
}

/// The folder of an event's logos, which no other event may name.
pub fn logo_folder(event: &EventId) -> String {
    format!("{LOGO_FOLDER}/{event}/")
}

/// The bucket key of a logo. Each upload has a key of its own, so a picture never changes.
pub fn logo_key(event: &EventId, id: LogoId) -> String {
    format!("{}{}", logo_folder(event), id.ulid())
}
