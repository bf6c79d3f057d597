//! Runware's errors: how they are written, and which class each belongs to.

use domain::MicroUsd;
use serde_json::{Map, Value};

use super::response::cost;
use crate::error::{Acceptance, ErrorClass, ProviderError, without_quotations};

/// An error as Runware writes it.
#[derive(Debug)]
pub(super) struct RawError {
    /// Not a stable API; only operators see it.
    pub(super) code: String,
    message: String,
    parameter: String,
    /// What the failed task costs all the same.
    cost: Option<MicroUsd>,
    /// It names our task. (One that names another is never read; many name none.)
    pub(super) ours: bool,
}

impl RawError {
    /// An element of `errors`: an object, or a mere text.
    pub(super) fn of_value(value: &Value, ours: bool) -> Option<Self> {
        match value {
            Value::Object(error) => Some(Self::of_object(error, ours)),
            Value::String(message) => Some(Self::of_text(message, ours)),
            _ => None,
        }
    }

    fn of_text(message: &str, ours: bool) -> Self {
        Self {
            code: String::new(),
            message: message.to_owned(),
            parameter: String::new(),
            cost: None,
            ours,
        }
    }

    /// An error in the place of a result: `{status: "error", error: {…}}`, `{error: {…}}`, `{error: "…"}`, or a flat
    /// code and message.
    pub(super) fn of_item(item: &Map<String, Value>, ours: bool) -> Option<Self> {
        let failed = item
            .get("status")
            .and_then(Value::as_str)
            .is_some_and(|status| status.eq_ignore_ascii_case("error"));
        let error = match item.get("error") {
            Some(Value::Object(error)) => Self::of_object(error, ours),
            Some(Value::String(message)) if !message.is_empty() && item.get("code").is_none() => {
                Self::of_text(message, ours)
            }
            _ if failed || item.get("code").is_some_and(Value::is_string) => Self::of_object(item, ours),
            _ => return None,
        };
        Some(Self {
            cost: cost(item).or(error.cost),
            ..error
        })
    }

    fn of_object(error: &Map<String, Value>, ours: bool) -> Self {
        let text = |name: &str| match error.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            // `parameter` comes as a list as well.
            Some(Value::Array(parts)) => parts
                .iter()
                .filter_map(Value::as_str)
                .take(8)
                .collect::<Vec<_>>()
                .join(", "),
            _ => String::new(),
        };
        let message = if error.get("message").is_some() {
            text("message")
        } else {
            text("error")
        };
        Self {
            code: text("code"),
            message,
            parameter: text("parameter"),
            cost: cost(error),
            ours,
        }
    }

    /// The class, given the HTTP status that the error came with.
    pub(super) fn class(&self, http_status: u16) -> ErrorClass {
        classify(&self.code, Some(http_status))
    }

    /// Whether a submit with this answer may have been taken all the same. A gateway may have passed it on before it gave
    /// up, and a server may have broken down after taking it; only what is said of our task by name, and as a refusal,
    /// leaves no doubt.
    pub(super) fn acceptance(&self, http_status: u16) -> Acceptance {
        match http_status {
            408 | 500.. if !(self.ours && is_refusal(&self.code)) => Acceptance::Unknown,
            _ => Acceptance::Refused,
        }
    }

    /// The error as a refusal. The operator's message leaves out what quotes the request: a moderation's message or
    /// one about the prompt may hold the guest's words, and so may anything in quotation marks.
    pub(super) fn refusal(&self, http_status: u16) -> ProviderError {
        let class = self.class(http_status);
        let about_prompt = self.parameter.to_ascii_lowercase().contains("prompt");
        let message = match (class, self.parameter.as_str()) {
            (ErrorClass::Safety, _) => "refused by moderation".to_owned(),
            (_, parameter) if about_prompt => format!("about {parameter}"),
            (_, "") => without_quotations(&self.message),
            (_, parameter) => format!("about {parameter}: {}", without_quotations(&self.message)),
        };
        ProviderError::new(class, &self.code, &message, Acceptance::Refused).at_cost(self.cost)
    }
}

/// Codes that say the task is not there. `taskFailedOrNotFound` leaves open which: never proof of anything.
pub(super) fn is_absence(code: &str) -> bool {
    matches!(
        normal(code).as_str(),
        "taskfailedornotfound" | "tasknotfound" | "taskuuidnotfound" | "taskdetailsnotfound"
    )
}

/// Codes that say that a task was not taken, whatever HTTP status they come with. (Nothing is known of a task that
/// something broke or timed out on.)
fn is_refusal(code: &str) -> bool {
    match classify(code, None) {
        ErrorClass::Server => matches!(normal(code).as_str(), "serviceunavailable" | "serverunavailable"),
        ErrorClass::Timeout => false,
        _ => true,
    }
}

/// Codes are "being standardised": case, `_` and `-` do not count.
fn normal(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// The class of an error from its raw code and the answer's HTTP status.
///
/// The order matters and is that of [`ErrorClass::ALL`]: `providerInsufficientCredits` is a matter of credit before
/// it is one of the provider, `invalidProviderContent` one of safety before it is one of validation. Codes are not a
/// stable API, says Runware's own SDK, which is the source of most of this table.
pub(super) fn classify(raw: &str, http_status: Option<u16>) -> ErrorClass {
    let code = normal(raw);
    let code = code.as_str();
    let http = http_status.unwrap_or(0);
    let client_error = (400..500).contains(&http);
    ErrorClass::ALL
        .iter()
        .copied()
        .find(|class| matches(*class, code, http))
        // An unknown code: with a 4xx the request is at fault, else the provider.
        .unwrap_or(if client_error {
            ErrorClass::Validation
        } else {
            ErrorClass::Server
        })
}

fn matches(class: ErrorClass, code: &str, http: u16) -> bool {
    let contains = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    let starts = |parts: &[&str]| parts.iter().any(|part| code.starts_with(part));
    let ends = |parts: &[&str]| parts.iter().any(|part| code.ends_with(part));
    let is = |codes: &[&str]| codes.contains(&code);
    // The provider behind Runware refused Runware's key: nothing that our key or our account could mend, whatever
    // HTTP status it is passed on with.
    let upstream = code.starts_with("provider");
    match class {
        ErrorClass::Conflict => is(&["conflicttaskuuid"]),
        ErrorClass::Quota => {
            contains(&["credits", "quota", "balance"]) || is(&["paymentrequired"]) || http == 402
        }
        ErrorClass::RateLimit => contains(&["ratelimit"]) || http == 429,
        ErrorClass::Safety => is(&SAFETY),
        ErrorClass::Auth => {
            contains(&["apikey"])
                || is(&AUTH)
                || starts(&["token"])
                || (starts(&["account", "organization", "workspace"]) && ends(&["suspended", "disabled"]))
                || (matches!(http, 401 | 403) && !upstream)
        }
        ErrorClass::Timeout => contains(&["timeout"]) || http == 408,
        ErrorClass::NotFound => {
            is(&["taskfailedornotfound", "taskcancelled", "unknownmodel"]) || ends(&["notfound", "expired"])
        }
        ErrorClass::Server => is(&SERVER) || (500..600).contains(&http),
        ErrorClass::Provider => is(&PROVIDER) || upstream,
        ErrorClass::Validation => is(&VALIDATION) || starts(&VALIDATION_STARTS),
    }
}

const SAFETY: [&str; 9] = [
    "contentpolicyviolation",
    "providercontentpolicyviolation",
    "sensitivecontentdetected",
    "unsafecontentdetected",
    "nsfwcontentdetected",
    "promptblocked",
    "imageblocked",
    "moderationfailed",
    // Seen as a model provider's moderation; Runware's SDK would call it validation.
    "invalidprovidercontent",
];

const AUTH: [&str; 9] = [
    "unauthorized",
    "forbidden",
    "permissiondenied",
    "insufficientpermissions",
    "authenticationfailed",
    "authfailed",
    "authtimeout",
    "invalidcredentials",
    "missingauthentication",
];

const SERVER: [&str; 9] = [
    "internalservererror",
    "serviceunavailable",
    "serverunavailable",
    "standarderror",
    "unknownerror",
    "undefinederror",
    "defaulterror",
    "unrecognizedresponse",
    "unknown",
];

const PROVIDER: [&str; 10] = [
    "inferenceerror",
    "processingfailed",
    "taskfailed",
    "downloadfailed",
    "uploadfailed",
    "noavailableserver",
    "modelunavailable",
    "modeldisabled",
    "modelnotready",
    "mediastoragefilecouldnotbemoved",
];

const VALIDATION: [&str; 4] = [
    "unknownparameter",
    "incompatibleparameters",
    "validationfailed",
    "transparentmodelmismatch",
];

const VALIDATION_STARTS: [&str; 8] = [
    "invalid",
    "missing",
    "unsupported",
    "value",
    "array",
    "max",
    "duplicate",
    "mismatch",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_code_has_its_class() {
        use ErrorClass as C;
        let table: &[(&str, u16, ErrorClass)] = &[
            ("conflictTaskUUID", 400, C::Conflict),
            ("insufficientCredits", 402, C::Quota),
            ("insufficientCredits", 200, C::Quota),
            ("providerInsufficientCredits", 400, C::Quota),
            ("thirdPartyInsufficientCredits", 400, C::Quota),
            ("quotaExceeded", 400, C::Quota),
            ("providerQuotaExceeded", 500, C::Quota),
            ("negativeBalance", 400, C::Quota),
            ("paymentRequired", 400, C::Quota),
            ("somethingNew", 402, C::Quota),
            ("rateLimitExceeded", 429, C::RateLimit),
            ("providerRateLimitExceeded", 200, C::RateLimit),
            ("somethingNew", 429, C::RateLimit),
            ("contentPolicyViolation", 400, C::Safety),
            ("providerContentPolicyViolation", 400, C::Safety),
            ("sensitiveContentDetected", 400, C::Safety),
            ("unsafeContentDetected", 400, C::Safety),
            ("nsfwContentDetected", 400, C::Safety),
            ("promptBlocked", 403, C::Safety),
            ("imageBlocked", 400, C::Safety),
            ("moderationFailed", 500, C::Safety),
            ("invalidProviderContent", 400, C::Safety),
            ("invalidApiKey", 400, C::Auth),
            ("missingApiKey", 400, C::Auth),
            ("unauthorized", 401, C::Auth),
            ("forbidden", 403, C::Auth),
            ("tokenExpired", 400, C::Auth),
            ("accountSuspended", 400, C::Auth),
            ("organizationDisabled", 400, C::Auth),
            ("authTimeout", 400, C::Auth),
            ("invalidSomething", 401, C::Auth),
            ("", 403, C::Auth),
            ("timeoutProvider", 504, C::Timeout),
            ("providerTimeout", 200, C::Timeout),
            ("providerGatewayTimeout", 504, C::Timeout),
            ("", 408, C::Timeout),
            ("taskFailedOrNotFound", 400, C::NotFound),
            ("modelNotFound", 404, C::NotFound),
            ("mediaExpired", 400, C::NotFound),
            ("taskCancelled", 400, C::NotFound),
            ("unknownModel", 400, C::NotFound),
            ("internalServerError", 500, C::Server),
            ("serviceUnavailable", 503, C::Server),
            ("standardError", 200, C::Server),
            ("unknownError", 400, C::Server),
            ("", 502, C::Server),
            ("", 504, C::Server),
            ("inferenceError", 200, C::Provider),
            ("processingFailed", 400, C::Provider),
            ("taskFailed", 400, C::Provider),
            ("downloadFailed", 400, C::Provider),
            ("uploadFailed", 400, C::Provider),
            ("noAvailableServer", 400, C::Provider),
            ("modelUnavailable", 400, C::Provider),
            ("modelDisabled", 400, C::Provider),
            ("modelNotReady", 400, C::Provider),
            ("providerInternalError", 400, C::Provider),
            ("providerAuthenticationFailed", 400, C::Provider),
            ("providerAuthenticationFailed", 401, C::Provider),
            ("invalidPositivePrompt", 400, C::Validation),
            ("missingTaskUUID", 400, C::Validation),
            ("unsupportedDimensions", 400, C::Validation),
            ("valueOutOfRange", 400, C::Validation),
            ("arrayTooLong", 400, C::Validation),
            ("maxReferenceImages", 400, C::Validation),
            ("duplicateTaskUUID", 400, C::Validation),
            ("unknownParameter", 400, C::Validation),
            ("incompatibleParameters", 400, C::Validation),
            ("neverSeenBefore", 400, C::Validation),
            ("neverSeenBefore", 200, C::Server),
            ("rate_limit_exceeded", 200, C::RateLimit),
        ];
        for (code, http, class) in table {
            assert_eq!(classify(code, Some(*http)), *class, "{code} with {http}");
        }
    }

    proptest! {
        #[test]
        fn an_error_is_bounded_and_clean_whatever_it_says(code in ".{0,200}", message in ".{0,2000}") {
            let raw = RawError { code, message, parameter: String::new(), cost: None, ours: true };
            let error = raw.refusal(400);
            prop_assert!(error.code.len() <= crate::error::MAX_CODE && !error.code.is_empty());
            prop_assert!(error.message.chars().count() <= crate::error::MAX_MESSAGE);
            prop_assert!(!error.message.contains(char::is_control));
        }
    }
}
