//! `PATCH /tenant/events/{eventSlug}/ai-settings`: an organiser changes what the event allows.

use cloud::{Cloud, SaveError};
use domain::audit::Actor;
use domain::blocked_terms::is_searchable;
use domain::event::{EventPolicy, Gallery, PolicyChange};
use domain::problem::FieldError;
use domain::scope::TenantCaller;
use domain::{Event, Problem, Style, StyleKey};
use futures::future::try_join_all;
use garde::Validate;
use lambda_http::http::header::IF_MATCH;
use serde::Deserialize;
use utoipa::ToSchema;
use workflow::event_of;

use super::get_settings::EventSettingsBody;
use crate::body::{field, json_body, present};
use crate::caller::{actor, tenant, tenant_caller};
use crate::model::page::{ConsentInput, PageInput, check_logo, logo_url, tidy};
use crate::openapi::{Changes, IfMatch, Preconditions};
use crate::response::ok;
use crate::{Answer, Request};

const MAX_STYLES: usize = 200;
const MAX_TERMS: usize = 200;
const MAX_TERM: usize = 64;
const MAX_MESSAGE: usize = 500;
const MAX_IN_FLIGHT: u32 = 10_000;

/// Changes of an event's policy: what is absent stays, what is null goes back to its default.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventSettingsInput {
    /// Off: every edit is refused with `event_policy_blocked`. Default true.
    #[garde(skip)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<bool>)]
    pub enabled: Option<Option<bool>>,
    /// Whether guests may write a prompt of their own. Default false.
    #[garde(skip)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<bool>)]
    pub allow_custom_prompt: Option<Option<bool>>,
    /// Whether that prompt may stand alone, without a style around it. Default false.
    #[garde(skip)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<bool>)]
    pub allow_prompt_without_style: Option<Option<bool>>,
    /// Styles that may be used; empty, the default: every active one.
    #[garde(length(max = MAX_STYLES))]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    pub allowed_style_keys: Option<Option<Vec<StyleKey>>>,
    /// What a guest is told when the policy refuses. Default null: a text of ours.
    #[garde(length(chars, min = 1, max = MAX_MESSAGE))]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    pub policy_message: Option<Option<String>>,
    /// Blocked terms of this event, on top of the installation's. Default: none.
    #[garde(length(max = MAX_TERMS), inner(inner(inner(length(chars, min = 1, max = MAX_TERM)))))]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    pub blocked_terms: Option<Option<Vec<String>>>,
    /// Edits of one guest that may be under way at once. Default null: any number.
    #[garde(inner(inner(range(min = 1, max = MAX_IN_FLIGHT))))]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 10_000)]
    pub max_in_flight_per_guest: Option<Option<u32>>,
    /// Edits of the event that may be under way at once. Default null: any number.
    #[garde(inner(inner(range(min = 1, max = MAX_IN_FLIGHT))))]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 10_000)]
    pub max_in_flight_per_event: Option<Option<u32>>,
    /// Whose edits a guest sees besides its own. Default `off`.
    #[garde(skip)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Gallery>)]
    pub gallery: Option<Option<Gallery>>,
    /// What the guest page shows.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<PageInput>)]
    pub page: Option<Option<PageInput>>,
    /// What guests agree to before a photo is taken. Default null: nothing is asked.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ConsentInput>)]
    pub consent: Option<Option<ConsentInput>>,
}

function!("tenant-update-settings", Tenant, update_event_settings);

/// Changes what is allowed; null resets a field
// With `If-Match` the change happens only to what the caller has read; without, it happens to whatever is there.
#[utoipa::path(patch, path = "/tenant/events/{eventSlug}/ai-settings", params(IfMatch),
    request_body = EventSettingsInput,
    responses((status = 200, body = EventSettingsBody<'_>, headers(("etag" = String, description = "For `If-Match`."))),
        Changes, Preconditions))]
async fn update_event_settings(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let caller = tenant_caller(request, &tenant_id);
    let at_version = if_match(request)?;
    let change = json_body::<EventSettingsInput>(request)?.into_change()?;
    let event = change_policy(cloud, &actor(request)?, caller, &change, at_version).await?;
    let logo_url = logo_url(cloud, &event.policy).await?;
    Ok(ok(EventSettingsBody::new(&event, logo_url.as_deref(), cloud.now())).etag(event.policy_version))
}

/// The version that the caller has read; `None` where any will do.
///
/// # Errors
/// The header holds no tag of ours, so nothing matches it.
fn if_match(request: &Request) -> Result<Option<u32>, Problem> {
    let Some(value) = request.headers().get(IF_MATCH) else {
        return Ok(None);
    };
    let tag = value.to_str().ok().map(str::trim);
    if tag == Some("*") {
        return Ok(None);
    }
    let version = tag
        .and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"'))
        .and_then(|version| version.parse().ok());
    version.map(Some).ok_or(Problem::PreconditionFailed)
}

/// Changes some fields of an event's policy and returns the event. Two changes of different fields at the same moment both
/// last, unless the caller asks for a version.
///
/// # Errors
/// There is no such event, a style on the list does not exist, the logo is of no use, or the policy has another version.
pub async fn change_policy(
    cloud: &Cloud,
    by: &Actor,
    caller: TenantCaller<'_>,
    change: &PolicyChange,
    at_version: Option<u32>,
) -> Result<Event, Problem> {
    let asked = cloud.now();
    let known = async {
        match &change.allowed_style_keys {
            None => Ok(()),
            Some(keys) => match check_styles(keys, &cloud.styles().await?) {
                Ok(()) => Ok(()),
                // One of them may have just been saved.
                Err(_) => check_styles(keys, &cloud.styles_since(asked).await?),
            },
        }
    };
    // A missing event comes before a wrong body: another tenant must not learn anything from the body's refusal.
    let (event, known) = futures::join!(event_of(cloud, caller), known);
    let event = event?;
    known?;
    if let Some(key) = change.page.logo_key.iter().flatten().next() {
        check_logo(cloud, &event, key).await?;
    }
    // A style on a list can be switched off, but not erased.
    let listed = change.allowed_style_keys.iter().flatten();
    try_join_all(listed.map(|key| cloud.mark_style_used(key))).await?;
    let changed = cloud.change_policy(by, caller.tenant_id, &event, change, at_version);
    match changed.await {
        Ok(changed) => changed.ok_or(Problem::EventNotFound),
        Err(SaveError::Changed) if at_version.is_some() => Err(Problem::PreconditionFailed),
        // Others were faster, again and again.
        Err(SaveError::Changed | SaveError::InUse) => Err(Problem::Unavailable),
        Err(SaveError::Port(error)) => Err(error.into()),
    }
}

fn check_styles(keys: &[StyleKey], styles: &[Style]) -> Result<(), Problem> {
    let unknown = keys
        .iter()
        .enumerate()
        .filter(|(_, key)| !styles.iter().any(|style| style.key == **key));
    let wrong: Vec<FieldError> = unknown
        .map(|(index, _)| field(&format!("/allowed_style_keys/{index}"), "There is no such style."))
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Problem::ValidationFailed(wrong))
    }
}

impl EventSettingsInput {
    /// The change, with texts trimmed and every term once.
    ///
    /// # Errors
    /// The message is blank, or a term could never block anything.
    pub fn into_change(self) -> Result<PolicyChange, Problem> {
        let default = EventPolicy::default();
        let mut wrong = Vec::new();
        let policy_message = self
            .policy_message
            .map(|text| tidy("/policy_message", text, &mut wrong));
        let page = self.page.map(|page| match page {
            Some(page) => page.into_change(&mut wrong),
            None => PageInput::reset(),
        });
        let consent = self.consent.map(|consent| {
            let text = consent.map(|consent| consent.text);
            tidy("/consent/text", text, &mut wrong)
        });
        let blocked_terms = self
            .blocked_terms
            .map(|terms| tidy_terms(terms.unwrap_or_default(), &mut wrong));
        if !wrong.is_empty() {
            return Err(Problem::ValidationFailed(wrong));
        }
        Ok(PolicyChange {
            enabled: self.enabled.map(|value| value.unwrap_or(default.enabled)),
            allow_custom_prompt: self
                .allow_custom_prompt
                .map(|value| value.unwrap_or(default.allow_custom_prompt)),
            allow_prompt_without_style: self
                .allow_prompt_without_style
                .map(|value| value.unwrap_or(default.allow_prompt_without_style)),
            // In the order they were sent: a refusal points at the place of an unknown style.
            allowed_style_keys: self
                .allowed_style_keys
                .map(|value| value.unwrap_or(default.allowed_style_keys)),
            policy_message,
            blocked_terms,
            max_in_flight_per_guest: self.max_in_flight_per_guest,
            max_in_flight_per_event: self.max_in_flight_per_event,
            gallery: self.gallery.map(Option::unwrap_or_default),
            page: page.unwrap_or_default(),
            consent,
        })
    }
}

fn tidy_terms(terms: Vec<String>, wrong: &mut Vec<FieldError>) -> Vec<String> {
    let mut tidy: Vec<String> = Vec::with_capacity(terms.len());
    for (index, term) in terms.into_iter().enumerate() {
        let term = term.trim().to_owned();
        if !is_searchable(&term) {
            let pointer = format!("/blocked_terms/{index}");
            wrong.push(field(&pointer, "A term needs a letter, a digit or an emoji."));
        }
        if !tidy.contains(&term) {
            tidy.push(term);
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use lambda_http::http::Request;

    use domain::event::{Gallery, PageChange};

    use super::*;

    fn change(body: &str) -> Result<PolicyChange, Problem> {
        let request = Request::builder().header("content-type", "application/json");
        json_body::<EventSettingsInput>(&request.body(Body::from(body)).unwrap())?.into_change()
    }

    #[test]
    fn an_absent_field_stays_and_a_null_field_gets_its_default() {
        assert_eq!(change("{}").unwrap(), PolicyChange::default());
        let all_null = change(
            r#"{"enabled":null,"allow_custom_prompt":null,"allow_prompt_without_style":null,
                "allowed_style_keys":null,"policy_message":null,"blocked_terms":null,
                "max_in_flight_per_guest":null,"max_in_flight_per_event":null,
                "gallery":null,"consent":null}"#,
        );
        let expected = PolicyChange {
            enabled: Some(true),
            allow_custom_prompt: Some(false),
            allow_prompt_without_style: Some(false),
            allowed_style_keys: Some(Vec::new()),
            policy_message: Some(None),
            blocked_terms: Some(Vec::new()),
            max_in_flight_per_guest: Some(None),
            max_in_flight_per_event: Some(None),
            gallery: Some(Gallery::Off),
            consent: Some(None),
            page: PageChange::default(),
        };
        assert_eq!(all_null.unwrap(), expected);
    }

    #[test]
    fn a_change_trims_texts_and_keeps_every_term_once() {
        let changed =
            change(r#"{"policy_message":" Later. ","blocked_terms":["gun ","gun","knife"]}"#).unwrap();
        assert_eq!(changed.policy_message, Some(Some("Later.".to_owned())));
        assert_eq!(
            changed.blocked_terms,
            Some(vec!["gun".to_owned(), "knife".to_owned()])
        );
    }

    #[test]
    fn every_field_that_does_not_fit_gets_its_pointer() {
        let long = "x".repeat(501);
        for (body, pointer) in [
            (r#"{"enabled":"yes"}"#.to_owned(), "/enabled"),
            (
                r#"{"allowed_style_keys":["comic","no style"]}"#.to_owned(),
                "/allowed_style_keys/1",
            ),
            (
                r#"{"allowed_style_keys":"comic"}"#.to_owned(),
                "/allowed_style_keys",
            ),
            (format!(r#"{{"policy_message":"{long}"}}"#), "/policy_message"),
            (r#"{"policy_message":"  "}"#.to_owned(), "/policy_message"),
            (r#"{"policy_message":"No\u202e!"}"#.to_owned(), "/policy_message"),
            (r#"{"blocked_terms":["gun","…"]}"#.to_owned(), "/blocked_terms/1"),
            (
                format!(r#"{{"blocked_terms":["gun","{long}"]}}"#),
                "/blocked_terms/1",
            ),
            (
                r#"{"max_in_flight_per_guest":0}"#.to_owned(),
                "/max_in_flight_per_guest",
            ),
            (
                r#"{"max_in_flight_per_event":-1}"#.to_owned(),
                "/max_in_flight_per_event",
            ),
            (r#"{"policy":true}"#.to_owned(), "/policy"),
            (r#"{"capabilities":{}}"#.to_owned(), "/capabilities"),
        ] {
            let fields = change(&body).unwrap_err().fields();
            assert_eq!(fields.len(), 1, "{body}");
            assert_eq!(fields[0].pointer, pointer, "{body}");
        }
    }
}
