//! fal's errors: how they are written, and which class each belongs to.
//!
//! A model writes `{"detail": [{loc, msg, type}]}`, the platform `{"detail": "…", "error_type": "…"}` with the header
//! `x-fal-error-type`. The type decides, says fal's documentation, and not every endpoint sends one yet; then the
//! HTTP status decides.

use serde_json::{Map, Value};

use crate::error::{Acceptance, ErrorClass, ProviderError, without_quotations};
use crate::exchange::Answer;

/// An error as fal writes it.
#[derive(Debug)]
pub(super) struct RawError {
    /// Its type; empty where it has none.
    pub(super) kind: String,
    message: String,
    /// The field that it is about: the last name in `loc`.
    field: String,
}

impl RawError {
    /// The error in an answer; `None` where fal wrote none.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        let body: Value = serde_json::from_slice(answer.body.as_ref()?).ok()?;
        let object = body.as_object()?;
        let typed = text(object, "error_type").or(answer.header("x-fal-error-type"));
        let plain = |message: &str| Self {
            kind: typed.unwrap_or_default().to_owned(),
            message: message.to_owned(),
            field: String::new(),
        };
        match object.get("detail") {
            Some(Value::Array(details)) => {
                let mut errors = details.iter().filter_map(Value::as_object).map(Self::of_detail);
                let Some(first) = errors.next() else {
                    return Some(plain(""));
                };
                // Moderation beside something else is moderation.
                let safety = errors.find(|error| of_kind(&error.kind) == Some(ErrorClass::Safety));
                Some(safety.unwrap_or(first))
            }
            Some(Value::Object(detail)) => Some(Self::of_detail(detail)),
            Some(Value::String(message)) => Some(plain(message)),
            _ => match text(object, "error").or(text(object, "message")) {
                Some(message) => Some(plain(message)),
                None => typed.map(|_| plain("")),
            },
        }
    }

    fn of_detail(detail: &Map<String, Value>) -> Self {
        let field = detail
            .get("loc")
            .and_then(Value::as_array)
            .and_then(|loc| loc.iter().rev().find_map(Value::as_str));
        Self {
            kind: text(detail, "type").unwrap_or_default().to_owned(),
            message: text(detail, "msg").unwrap_or_default().to_owned(),
            field: field.unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn class(&self, http_status: u16) -> ErrorClass {
        of_kind(&self.kind).unwrap_or_else(|| of_status(http_status, &self.message))
    }

    /// The error for the operator. The message leaves out what quotes the request.
    pub(super) fn into_error(self, http_status: u16, acceptance: Acceptance) -> ProviderError {
        let class = self.class(http_status);
        let about_prompt = self.field.contains("prompt") || self.field == "instruction";
        let message = match (class, self.field.as_str()) {
            (ErrorClass::Safety, _) => "refused by moderation".to_owned(),
            (_, field) if about_prompt => format!("about {field}"),
            (_, "" | "body") => without_quotations(&self.message),
            (_, field) => format!("about {field}: {}", without_quotations(&self.message)),
        };
        let code = match self.kind.as_str() {
            "" => format!("http{http_status}"),
            kind => kind.to_owned(),
        };
        ProviderError::new(class, &code, &message, acceptance)
    }
}

/// The class of a type; `None` for an unknown type.
fn of_kind(kind: &str) -> Option<ErrorClass> {
    Some(match kind {
        // The model made nothing of it: nearly always its own moderation, which says so in no other way.
        "content_policy_violation" | "no_media_generated" => ErrorClass::Safety,
        "concurrent_requests_limit" | "rate_limit" | "rate_limit_exceeded" => ErrorClass::RateLimit,
        "generation_timeout" | "request_timeout" | "startup_timeout" => ErrorClass::Timeout,
        "downstream_service_error" | "downstream_service_unavailable" => ErrorClass::Provider,
        "internal_server_error" | "internal_error" | "client_disconnected" => ErrorClass::Server,
        "client_cancelled" => ErrorClass::NotFound,
        "bad_request"
        | "missing"
        | "value_error"
        | "one_of"
        | "multiple_of"
        | "feature_not_supported"
        | "face_detection_error"
        | "file_download_error" => ErrorClass::Validation,
        _ if kind.starts_with("runner_") => ErrorClass::Server,
        _ if VALIDATION_STARTS.iter().any(|start| kind.starts_with(start)) => ErrorClass::Validation,
        _ => return None,
    })
}

/// `image_too_large`, `greater_than_equal`, `string_too_long` and their families.
const VALIDATION_STARTS: [&str; 9] = [
    "image_",
    "file_too_",
    "greater_than",
    "less_than",
    "sequence_too_",
    "string_",
    "list_",
    "int_",
    "literal_",
];

/// The class of an answer without a type that is known.
pub(super) fn of_status(http_status: u16, message: &str) -> ErrorClass {
    let locked = || {
        let message = message.to_ascii_lowercase();
        ["balance", "locked", "credit"]
            .iter()
            .any(|word| message.contains(word))
    };
    match http_status {
        402 => ErrorClass::Quota,
        // An account without credit is locked, and that is said with a 403.
        403 if locked() => ErrorClass::Quota,
        401 | 403 => ErrorClass::Auth,
        404 | 410 => ErrorClass::NotFound,
        408 | 504 => ErrorClass::Timeout,
        429 => ErrorClass::RateLimit,
        400..=498 => ErrorClass::Validation,
        _ => ErrorClass::Server,
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_type_of_an_error_decides_before_the_http_status() {
        use ErrorClass as C;
        for (kind, http, message, class) in [
            ("content_policy_violation", 422, "", C::Safety),
            ("no_media_generated", 422, "", C::Safety),
            ("image_too_large", 422, "", C::Validation),
            ("image_load_error", 422, "", C::Validation),
            ("file_download_error", 422, "", C::Validation),
            ("string_too_long", 422, "", C::Validation),
            ("missing", 422, "", C::Validation),
            ("generation_timeout", 504, "", C::Timeout),
            ("generation_timeout", 422, "", C::Timeout),
            ("request_timeout", 504, "", C::Timeout),
            ("startup_timeout", 504, "", C::Timeout),
            ("downstream_service_error", 400, "", C::Provider),
            ("downstream_service_unavailable", 500, "", C::Provider),
            ("runner_connection_timeout", 503, "", C::Server),
            ("runner_incomplete_response", 502, "", C::Server),
            ("internal_server_error", 500, "", C::Server),
            ("client_cancelled", 499, "", C::NotFound),
            ("bad_request", 400, "", C::Validation),
            ("concurrent_requests_limit", 429, "", C::RateLimit),
            ("never_seen_before", 422, "", C::Validation),
            ("never_seen_before", 500, "", C::Server),
            ("", 401, "", C::Auth),
            ("", 402, "", C::Quota),
            ("", 403, "Forbidden", C::Auth),
            ("", 403, "User is locked. Reason: Exhausted balance.", C::Quota),
            ("", 404, "", C::NotFound),
            ("", 408, "", C::Timeout),
            ("", 429, "", C::RateLimit),
            ("", 499, "", C::Server),
            ("", 502, "", C::Server),
            ("", 504, "", C::Timeout),
            ("", 200, "", C::Server),
        ] {
            let error = RawError {
                kind: kind.to_owned(),
                message: message.to_owned(),
                field: String::new(),
            };
            assert_eq!(error.class(http), class, "{kind} with {http} {message}");
        }
    }

    proptest! {
        #[test]
        fn an_error_is_bounded_and_clean_whatever_it_says(kind in ".{0,200}", message in ".{0,2000}") {
            let raw = RawError { kind, message, field: String::new() };
            let error = raw.into_error(400, Acceptance::Refused);
            prop_assert!(error.code.len() <= crate::error::MAX_CODE && !error.code.is_empty());
            prop_assert!(error.message.chars().count() <= crate::error::MAX_MESSAGE);
            prop_assert!(!error.message.contains(char::is_control));
        }
    }
}
