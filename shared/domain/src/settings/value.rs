//! Settings as JSON values, for the API; the texts that SSM holds stay the one form in which they are checked.

use serde_json::{Value, json};

use super::{Setting, Settings};
use crate::blocked_terms;
use crate::field_error::FieldError;

/// The longest text: what an advanced SSM parameter takes.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;

/// What kind of JSON value a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Switch,
    Number,
    Text,
    List,
    Object,
}

impl Form {
    const fn expected(self) -> &'static str {
        match self {
            Self::Switch => "must be true or false",
            Self::Number => "must be a number",
            Self::Text => "must be a text",
            Self::List => "must be a list of texts",
            Self::Object => "must be an object",
        }
    }
}

impl Setting {
    /// The setting of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == name)
    }

    /// The text of a JSON value of the right kind, or what is expected instead. Whether the value itself fits is
    /// [`Setting::check`]'s matter.
    pub fn text_of(self, value: &Value) -> Result<String, String> {
        let form = self.form();
        match (form, value) {
            (Form::Switch, Value::Bool(_)) | (Form::Number, Value::Number(_)) => Ok(value.to_string()),
            (Form::Text, Value::String(text)) => Ok(text.trim().to_owned()),
            (Form::List, Value::Array(_)) | (Form::Object, Value::Object(_)) => Ok(value.to_string()),
            _ => Err(format!("{}, or null for the default", form.expected())),
        }
    }

    /// The JSON value that somebody means who types a text: the reverse of [`Setting::text_of`], which refuses what is of
    /// another kind.
    pub fn value_of(self, text: &str) -> Value {
        let as_typed = || json!(text);
        match self.form() {
            Form::Text => as_typed(),
            _ => serde_json::from_str(text).unwrap_or_else(|_| as_typed()),
        }
    }

    /// What is wrong with a text before it is written, each flaw with a JSON pointer that begins with the setting's
    /// name. It asks for more than [`Settings::set`], which has to live with what is there.
    pub fn check(self, text: &str) -> Vec<FieldError> {
        let flaw = |pointer: String, detail: String| FieldError { pointer, detail };
        let pointer = format!("/{}", self.name());
        let mut after = Settings::default();
        if let Err(why) = after.set(self, text) {
            return vec![flaw(pointer, why)];
        }
        if text.len() > MAX_TEXT_BYTES {
            let detail = format!("has {} bytes as text, {MAX_TEXT_BYTES} at most", text.len());
            return vec![flaw(pointer, detail)];
        }
        if self != Self::BlockedTerms {
            return Vec::new();
        }
        let flaws = blocked_terms::flaws_of_terms(&after.blocked_terms).into_iter();
        flaws
            .map(|(index, detail)| match index {
                Some(index) => flaw(format!("{pointer}/{index}"), detail),
                None => flaw(pointer.clone(), detail),
            })
            .collect()
    }

    const fn form(self) -> Form {
        match self {
            Self::IsEnabled | Self::GuestEnabled | Self::QueueAutoDispatch => Form::Switch,
            Self::StatusMessage
            | Self::DefaultProvider
            | Self::FallbackProvider
            | Self::RunwareMode
            | Self::QueueName
            | Self::RunwareBaseUrl
            | Self::FalMode
            | Self::FalBaseUrl
            | Self::FalJwksUrl
            | Self::WebhookBaseUrl => Form::Text,
            Self::QueueMaxPolls
            | Self::FailureRateAlertThreshold
            | Self::FailureRateMinSamples
            | Self::LatencyWarningMs
            | Self::BudgetAlertCooldownMinutes
            | Self::AbuseEscalationThresholdPerHour
            | Self::RequestRetentionDays
            | Self::UsageLedgerRetentionDays
            | Self::RunwareTimeoutSeconds
            | Self::FalTimeoutSeconds => Form::Number,
            Self::BlockedTerms | Self::ProviderOutputHosts => Form::List,
            Self::Watermark => Form::Object,
        }
    }
}

impl Settings {
    /// The value in force, as JSON; null where there is none (no fallback, the stack's own queue).
    pub fn value(&self, setting: Setting) -> Value {
        match setting {
            Setting::IsEnabled => json!(self.is_enabled),
            Setting::StatusMessage => json!(self.status_message),
            Setting::GuestEnabled => json!(self.guest_enabled),
            Setting::DefaultProvider => json!(self.default_provider),
            Setting::FallbackProvider => json!(self.fallback_provider),
            Setting::RunwareMode => json!(self.runware_mode.as_str()),
            Setting::QueueAutoDispatch => json!(self.queue_auto_dispatch),
            Setting::QueueName => json!(self.queue_name),
            Setting::QueueMaxPolls => json!(self.queue_max_polls),
            Setting::BlockedTerms => json!(self.blocked_terms),
            Setting::FailureRateAlertThreshold => json!(self.failure_rate_alert_threshold),
            Setting::FailureRateMinSamples => json!(self.failure_rate_min_samples),
            Setting::LatencyWarningMs => json!(self.latency_warning_ms),
            Setting::BudgetAlertCooldownMinutes => json!(self.budget_alert_cooldown_minutes),
            Setting::AbuseEscalationThresholdPerHour => json!(self.abuse_escalation_threshold_per_hour),
            Setting::RequestRetentionDays => json!(self.request_retention_days),
            Setting::UsageLedgerRetentionDays => json!(self.usage_ledger_retention_days),
            Setting::RunwareBaseUrl => json!(self.runware_base_url),
            Setting::RunwareTimeoutSeconds => json!(self.runware_timeout.as_secs()),
            Setting::FalMode => json!(self.fal_mode.as_str()),
            Setting::FalBaseUrl => json!(self.fal_base_url),
            Setting::FalTimeoutSeconds => json!(self.fal_timeout.as_secs()),
            Setting::FalJwksUrl => json!(self.fal_jwks_url),
            Setting::WebhookBaseUrl => json!(self.webhook_base_url),
            Setting::ProviderOutputHosts => json!(self.provider_output_hosts),
            Setting::Watermark => short_decimals(&self.watermark),
        }
    }
}

/// Through text, so that an `f32` of 0.8 is 0.8 and not 0.800000011920929.
fn short_decimals(value: &impl serde::Serialize) -> Value {
    serde_json::to_string(value)
        .and_then(|text| serde_json::from_str(&text))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_from_its_text_as_it_was() {
        let mut settings = Settings::default();
        settings.set(Setting::FallbackProvider, "fal").unwrap();
        settings.set(Setting::QueueName, "standby").unwrap();
        settings
            .set(Setting::WebhookBaseUrl, "https://api.example.com")
            .unwrap();
        settings.set(Setting::BlockedTerms, r#"["gore"]"#).unwrap();
        settings.set(Setting::Watermark, r#"{"scale":0.3}"#).unwrap();
        for setting in Setting::ALL {
            let value = settings.value(setting);
            let text = setting.text_of(&value).unwrap();
            assert_eq!(setting.check(&text), [], "{}", setting.name());
            assert_eq!(setting.value_of(&text), value, "{}", setting.name());
            let mut after = Settings::default();
            after.set(setting, &text).unwrap();
            assert_eq!(after.value(setting), value, "{}", setting.name());
            assert_eq!(Setting::from_name(setting.name()), Some(setting));
        }
        assert_eq!(settings.value(Setting::Watermark)["scale"], json!(0.3));
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        for (setting, value) in [
            (Setting::IsEnabled, json!("true")),
            (Setting::IsEnabled, json!(1)),
            (Setting::QueueMaxPolls, json!("60")),
            (Setting::StatusMessage, json!(["Back at eight."])),
            (Setting::BlockedTerms, json!("gore")),
            (Setting::Watermark, json!([])),
            (Setting::Watermark, Value::Null),
        ] {
            assert!(setting.text_of(&value).is_err(), "{} {value}", setting.name());
        }
        let whole = Setting::QueueMaxPolls.text_of(&json!(1.5)).unwrap();
        assert_eq!(
            Setting::QueueMaxPolls.check(&whole)[0].pointer,
            "/queue_max_polls"
        );
    }

    #[test]
    fn each_bad_term_is_pointed_at() {
        let check = |terms: Value| Setting::BlockedTerms.check(&terms.to_string());
        assert_eq!(check(json!(["gore", "🔪", "18"])), []);
        let pointers =
            |flaws: Vec<FieldError>| flaws.into_iter().map(|flaw| flaw.pointer).collect::<Vec<_>>();
        assert_eq!(
            pointers(check(json!(["...", "gore", "", "x".repeat(101)]))),
            ["/blocked_terms/0", "/blocked_terms/2", "/blocked_terms/3"]
        );
        assert_eq!(pointers(check(json!(vec!["a"; 501]))), ["/blocked_terms"]);
        assert_eq!(
            pointers(check(json!(vec!["x".repeat(100); 90]))),
            ["/blocked_terms"]
        );
    }
}
