//! How an event presents itself to its guests: what organisers set, and what guests and organisers read.

use cloud::{Cloud, ObjectError};
use domain::event::{Consent, EventPage, EventPolicy, Language, PageChange, logo_folder};
use domain::problem::FieldError;
use domain::text::flaw_of_text;
use domain::{EventId, Problem};
use garde::Validate;
use jiff::Timestamp;
use media::Mark;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::body::{field, present};

/// The largest logo, in bytes: every guest loads it.
pub(crate) const MAX_LOGO_BYTES: u64 = 1_000_000;

const MAX_WELCOME: usize = 500;
const MAX_URL: usize = 2_000;
const MAX_KEY: usize = 200;
const MAX_LANGUAGES: usize = 2;
const MAX_CONSENT: usize = 2_000;

/// Changes of what the guest page shows: what is absent stays, what is null goes back to its default.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageInput {
    /// Words above everything else. Default: none.
    #[garde(length(chars, min = 1, max = MAX_WELCOME))]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    pub welcome: Option<Option<String>>,
    /// `#rrggbb`. Default: ours.
    #[garde(skip)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, pattern = "^#[0-9a-fA-F]{6}$")]
    pub accent_colour: Option<Option<String>>,
    /// The `image_key` of an uploaded logo of this event. Default: none.
    #[garde(length(chars, min = 1, max = MAX_KEY))]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub logo_key: Option<Option<String>>,
    /// In the order in which they are offered. Default: all.
    #[garde(length(min = 1, max = MAX_LANGUAGES))]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<Language>>, min_items = 1, max_items = 2)]
    pub languages: Option<Option<Vec<Language>>>,
    /// The organiser's privacy notice, `https` only. Default: none.
    #[garde(length(chars, min = 1, max = MAX_URL))]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2_000)]
    pub privacy_url: Option<Option<String>>,
    /// When the event ends, as guests are told. Links end on their own.
    #[garde(skip)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends_at: Option<Option<Timestamp>>,
}

/// What a guest agrees to before a photo is taken.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentInput {
    /// A new text gets the next version, and every guest is asked again.
    #[garde(length(chars, min = 1, max = MAX_CONSENT))]
    #[schema(min_length = 1, max_length = 2_000)]
    pub text: String,
}

impl PageInput {
    /// The change; what does not fit is added to `wrong`.
    pub(crate) fn into_change(self, wrong: &mut Vec<FieldError>) -> PageChange {
        let default = EventPage::default();
        let accent_colour = self
            .accent_colour
            .map(|colour| colour.map(|colour| colour.to_ascii_lowercase()));
        let mut refuse = |name: &str, flaw: &str| wrong.push(field(&format!("/page/{name}"), flaw));
        if accent_colour.iter().flatten().any(|colour| !is_colour(colour)) {
            refuse("accent_colour", "must be `#` and six hexadecimal digits");
        }
        if self.privacy_url.iter().flatten().any(|url| !is_https(url)) {
            refuse("privacy_url", "must be an https address");
        }
        let languages = self.languages.map(|value| value.unwrap_or(default.languages));
        if languages
            .as_ref()
            .is_some_and(|listed| matches!(listed[..], [one, other] if one == other))
        {
            refuse("languages", "names a language twice");
        }
        PageChange {
            welcome: self.welcome.map(|text| tidy("/page/welcome", text, wrong)),
            accent_colour,
            logo_key: self.logo_key,
            languages,
            privacy_url: self.privacy_url,
            ends_at: self.ends_at,
        }
    }

    /// Everything goes back to its default.
    pub(crate) fn reset() -> PageChange {
        let page = EventPage::default();
        PageChange {
            welcome: Some(page.welcome),
            accent_colour: Some(page.accent_colour),
            logo_key: Some(page.logo_key),
            languages: Some(page.languages),
            privacy_url: Some(page.privacy_url),
            ends_at: Some(page.ends_at),
        }
    }
}

/// A text without blanks around it; a blank or hidden one is added to `wrong`.
pub(crate) fn tidy(pointer: &str, text: Option<String>, wrong: &mut Vec<FieldError>) -> Option<String> {
    let text = text.map(|text| text.trim().to_owned())?;
    if text.is_empty() {
        wrong.push(field(pointer, "Write something, or send null."));
    }
    wrong.extend(flaw_of_text(&text).map(|flaw| field(pointer, &flaw)));
    Some(text)
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// An address without a name or a password in it.
fn is_https(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
    })
}

/// Refuses a logo that belongs to another event or is no picture.
///
/// # Errors
/// The logo is missing or unreadable, or belongs to another event.
pub(crate) async fn check_logo(cloud: &Cloud, event: &EventId, key: &str) -> Result<(), Problem> {
    let wrong = |why: String| Problem::field("/page/logo_key", why);
    if !key.starts_with(&logo_folder(event)) {
        return Err(wrong("is not a logo of this event; upload one first".to_owned()));
    }
    let bytes = match cloud.get_object(key, MAX_LOGO_BYTES).await {
        Ok(bytes) => bytes,
        Err(ObjectError::Missing) => {
            return Err(wrong("there is no such image; was it uploaded?".to_owned()));
        }
        Err(ObjectError::TooLarge(bytes)) => {
            let detail = format!("the image has {bytes} bytes, {MAX_LOGO_BYTES} at most");
            return Err(wrong(detail));
        }
        Err(ObjectError::Port(error)) => return Err(error.into()),
    };
    match Mark::decode(&bytes) {
        Ok(_) => Ok(()),
        Err(error) => Err(wrong(format!("is not an image that can be used: {error}"))),
    }
}

/// Where the event's logo is, if it has one. Signing calls nobody.
pub(crate) async fn logo_url(cloud: &Cloud, policy: &EventPolicy) -> Result<Option<String>, Problem> {
    match &policy.page.logo_key {
        Some(key) => Ok(Some(cloud.presign_get(key).await?.url)),
        None => Ok(None),
    }
}

/// What the guest page shows of the event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageBody<'a> {
    welcome: Option<&'a str>,
    /// `#rrggbb`
    accent_colour: Option<&'a str>,
    /// Works for a while.
    logo_url: Option<&'a str>,
    languages: &'a [Language],
    privacy_url: Option<&'a str>,
    /// What a guest must agree to before a photo is taken.
    consent: Option<&'a Consent>,
    /// When the event ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
}

impl<'a> PageBody<'a> {
    pub(crate) fn new(policy: &'a EventPolicy, logo_url: Option<&'a str>) -> Self {
        let page = &policy.page;
        Self {
            welcome: page.welcome.as_deref(),
            accent_colour: page.accent_colour.as_deref(),
            logo_url,
            languages: &page.languages,
            privacy_url: page.privacy_url.as_deref(),
            consent: policy.consent.as_ref(),
            ends_at: page.ends_at,
        }
    }
}

/// The same as its organiser sets it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageSettingsBody<'a> {
    welcome: Option<&'a str>,
    /// `#rrggbb`
    accent_colour: Option<&'a str>,
    logo_key: Option<&'a str>,
    /// Where the logo is; works for a while. Follows from `logo_key` and cannot be changed.
    logo_url: Option<&'a str>,
    languages: &'a [Language],
    privacy_url: Option<&'a str>,
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
}

impl<'a> PageSettingsBody<'a> {
    pub(crate) fn new(page: &'a EventPage, logo_url: Option<&'a str>) -> Self {
        Self {
            welcome: page.welcome.as_deref(),
            accent_colour: page.accent_colour.as_deref(),
            logo_key: page.logo_key.as_deref(),
            logo_url,
            languages: &page.languages,
            privacy_url: page.privacy_url.as_deref(),
            ends_at: page.ends_at,
        }
    }
}
