//! Runtime settings: one SSM parameter each, read as text, checked here (rows S1–S14).

mod parse;
mod read;
mod value;

use std::time::Duration;

use url::Url;

use crate::provider::ProviderName;
use crate::watermark::WatermarkSettings;

use parse::{base_url, boolean, integer, json, mode, optional, queue_name, seconds, sentence, share};
pub use read::{Flaw, Instead};
pub use value::MAX_TEXT_BYTES;

pub use crate::provider::ProviderMode;

/// Every runtime setting, by the name of its parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setting {
    /// Global kill switch.
    IsEnabled,
    /// What a caller is told while it is off.
    StatusMessage,
    /// Roll-out switch for guests alone.
    GuestEnabled,
    /// Provider of styles that name none.
    DefaultProvider,
    /// Provider that takes over; empty: none.
    FallbackProvider,
    /// `live` or `fake`.
    RunwareMode,
    /// Whether a new edit is sent to the queue at once.
    QueueAutoDispatch,
    /// The queue that edits are sent to, by name; empty: the stack's own.
    QueueName,
    /// Polls before an edit fails as `provider_timeout`.
    QueueMaxPolls,
    /// Blocked prompt terms of the installation.
    BlockedTerms,
    /// Share of failures that raises an alert.
    FailureRateAlertThreshold,
    /// Edits below which there is no failure rate.
    FailureRateMinSamples,
    /// Provider latency that raises a warning.
    LatencyWarningMs,
    /// At most one budget alert of a kind in this time.
    BudgetAlertCooldownMinutes,
    /// Blocked prompts of one guest in an hour before it is refused.
    AbuseEscalationThresholdPerHour,
    /// Days that edits are kept.
    RequestRetentionDays,
    /// Days that ledger entries are kept.
    UsageLedgerRetentionDays,
    /// Where Runware's API is.
    RunwareBaseUrl,
    /// How long one call to Runware may take.
    RunwareTimeoutSeconds,
    /// `live` or `fake`.
    FalMode,
    /// Where fal's queue API is.
    FalBaseUrl,
    /// How long one call to fal may take.
    FalTimeoutSeconds,
    /// Where fal shows the keys that it signs webhooks with.
    FalJwksUrl,
    /// Where providers may say that they have finished; empty: they are only asked.
    WebhookBaseUrl,
    /// Hosts that outputs may be fetched from.
    ProviderOutputHosts,
    /// The installation's watermark.
    Watermark,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 26] = [
        Self::IsEnabled,
        Self::StatusMessage,
        Self::GuestEnabled,
        Self::DefaultProvider,
        Self::FallbackProvider,
        Self::RunwareMode,
        Self::QueueAutoDispatch,
        Self::QueueName,
        Self::QueueMaxPolls,
        Self::BlockedTerms,
        Self::FailureRateAlertThreshold,
        Self::FailureRateMinSamples,
        Self::LatencyWarningMs,
        Self::BudgetAlertCooldownMinutes,
        Self::AbuseEscalationThresholdPerHour,
        Self::RequestRetentionDays,
        Self::UsageLedgerRetentionDays,
        Self::RunwareBaseUrl,
        Self::RunwareTimeoutSeconds,
        Self::FalMode,
        Self::FalBaseUrl,
        Self::FalTimeoutSeconds,
        Self::FalJwksUrl,
        Self::WebhookBaseUrl,
        Self::ProviderOutputHosts,
        Self::Watermark,
    ];

    /// The last part of the parameter's path.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IsEnabled => "is_enabled",
            Self::StatusMessage => "status_message",
            Self::GuestEnabled => "guest_enabled",
            Self::DefaultProvider => "default_provider",
            Self::FallbackProvider => "fallback_provider",
            Self::RunwareMode => "runware_mode",
            Self::QueueAutoDispatch => "queue_auto_dispatch",
            Self::QueueName => "queue_name",
            Self::QueueMaxPolls => "queue_max_polls",
            Self::BlockedTerms => "blocked_terms",
            Self::FailureRateAlertThreshold => "failure_rate_alert_threshold",
            Self::FailureRateMinSamples => "failure_rate_min_samples",
            Self::LatencyWarningMs => "latency_warning_ms",
            Self::BudgetAlertCooldownMinutes => "budget_alert_cooldown_minutes",
            Self::AbuseEscalationThresholdPerHour => "abuse_escalation_threshold_per_hour",
            Self::RequestRetentionDays => "request_retention_days",
            Self::UsageLedgerRetentionDays => "usage_ledger_retention_days",
            Self::RunwareBaseUrl => "runware_base_url",
            Self::RunwareTimeoutSeconds => "runware_timeout_seconds",
            Self::FalMode => "fal_mode",
            Self::FalBaseUrl => "fal_base_url",
            Self::FalTimeoutSeconds => "fal_timeout_seconds",
            Self::FalJwksUrl => "fal_jwks_url",
            Self::WebhookBaseUrl => "webhook_base_url",
            Self::ProviderOutputHosts => "provider_output_hosts",
            Self::Watermark => "watermark",
        }
    }
}

/// The settings in force. [`Settings::default`] is what holds where no parameter is set.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // each field is the setting of its name
pub struct Settings {
    pub is_enabled: bool,
    pub status_message: String,
    pub guest_enabled: bool,
    pub default_provider: ProviderName,
    pub fallback_provider: Option<ProviderName>,
    pub runware_mode: ProviderMode,
    pub queue_auto_dispatch: bool,
    pub queue_name: Option<String>,
    pub queue_max_polls: u32,
    pub blocked_terms: Vec<String>,
    pub failure_rate_alert_threshold: f64,
    pub failure_rate_min_samples: u32,
    pub latency_warning_ms: u32,
    pub budget_alert_cooldown_minutes: u32,
    pub abuse_escalation_threshold_per_hour: u32,
    pub request_retention_days: u32,
    pub usage_ledger_retention_days: u32,
    pub runware_base_url: Url,
    pub runware_timeout: Duration,
    pub fal_mode: ProviderMode,
    pub fal_base_url: Url,
    pub fal_timeout: Duration,
    pub fal_jwks_url: Url,
    pub webhook_base_url: Option<Url>,
    pub provider_output_hosts: Vec<String>,
    pub watermark: WatermarkSettings,
    /// Settings that [protect](Setting::protects), had no usable value and switched the feature off: what stands in
    /// their fields is nobody's choice.
    pub guessed: Vec<Setting>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            is_enabled: true,
            status_message: "AI edits are switched off for the moment. Please try again later.".to_owned(),
            guest_enabled: true,
            default_provider: ProviderName::Runware,
            fallback_provider: None,
            runware_mode: ProviderMode::Live,
            queue_auto_dispatch: false,
            queue_name: None,
            queue_max_polls: 60,
            blocked_terms: Vec::new(),
            failure_rate_alert_threshold: 0.35,
            failure_rate_min_samples: 10,
            latency_warning_ms: 15_000,
            budget_alert_cooldown_minutes: 30,
            abuse_escalation_threshold_per_hour: 25,
            request_retention_days: 90,
            usage_ledger_retention_days: 365,
            runware_base_url: known_url(ProviderName::Runware.defaults().base_url),
            runware_timeout: Duration::from_secs(60),
            fal_mode: ProviderMode::Live,
            fal_base_url: known_url(ProviderName::Fal.defaults().base_url),
            fal_timeout: Duration::from_secs(60),
            fal_jwks_url: known_url("https://rest.fal.ai/.well-known/jwks.json"),
            webhook_base_url: None,
            provider_output_hosts: ProviderName::ALL
                .iter()
                .flat_map(|provider| provider.defaults().output_hosts)
                .map(|host| (*host).to_owned())
                .collect(),
            watermark: WatermarkSettings::default(),
            guessed: Vec::new(),
        }
    }
}

#[allow(clippy::expect_used)] // constants, covered by the tests below
fn known_url(text: &str) -> Url {
    text.parse().expect("a constant URL")
}

impl Settings {
    /// Takes over one parameter's text, or says what is wrong with it and leaves the value as it was.
    pub fn set(&mut self, setting: Setting, text: &str) -> Result<(), String> {
        match setting {
            Setting::IsEnabled => self.is_enabled = boolean(text)?,
            Setting::StatusMessage => self.status_message = sentence(text)?,
            Setting::GuestEnabled => self.guest_enabled = boolean(text)?,
            Setting::DefaultProvider => self.default_provider = text.parse()?,
            Setting::FallbackProvider => {
                self.fallback_provider = optional(text).map(str::parse).transpose()?;
            }
            Setting::RunwareMode => self.runware_mode = mode(text)?,
            Setting::QueueAutoDispatch => self.queue_auto_dispatch = boolean(text)?,
            Setting::QueueName => self.queue_name = optional(text).map(queue_name).transpose()?,
            Setting::QueueMaxPolls => self.queue_max_polls = integer(text, 1, 1_000)?,
            Setting::BlockedTerms => self.blocked_terms = json(text)?,
            Setting::FailureRateAlertThreshold => self.failure_rate_alert_threshold = share(text)?,
            Setting::FailureRateMinSamples => self.failure_rate_min_samples = integer(text, 1, 1_000_000)?,
            Setting::LatencyWarningMs => self.latency_warning_ms = integer(text, 1, 3_600_000)?,
            Setting::BudgetAlertCooldownMinutes => {
                self.budget_alert_cooldown_minutes = integer(text, 1, 43_200)?;
            }
            Setting::AbuseEscalationThresholdPerHour => {
                self.abuse_escalation_threshold_per_hour = integer(text, 1, 1_000_000)?;
            }
            Setting::RequestRetentionDays => self.request_retention_days = integer(text, 1, 3_650)?,
            Setting::UsageLedgerRetentionDays => self.usage_ledger_retention_days = integer(text, 1, 3_650)?,
            Setting::RunwareBaseUrl => self.runware_base_url = base_url(text)?,
            Setting::RunwareTimeoutSeconds => self.runware_timeout = seconds(text)?,
            Setting::FalMode => self.fal_mode = mode(text)?,
            Setting::FalBaseUrl => self.fal_base_url = base_url(text)?,
            Setting::FalTimeoutSeconds => self.fal_timeout = seconds(text)?,
            Setting::FalJwksUrl => self.fal_jwks_url = base_url(text)?,
            Setting::WebhookBaseUrl => {
                self.webhook_base_url = optional(text).map(base_url).transpose()?;
            }
            Setting::ProviderOutputHosts => self.provider_output_hosts = json(text)?,
            Setting::Watermark => {
                let watermark: WatermarkSettings = json(text)?;
                watermark.check()?;
                self.watermark = watermark;
            }
        }
        Ok(())
    }

    /// Whether this provider is really called.
    pub fn mode_of(&self, provider: ProviderName) -> ProviderMode {
        match provider {
            ProviderName::Runware => self.runware_mode,
            ProviderName::Fal => self.fal_mode,
        }
    }

    /// Where this provider's API is.
    pub fn base_url_of(&self, provider: ProviderName) -> &Url {
        match provider {
            ProviderName::Runware => &self.runware_base_url,
            ProviderName::Fal => &self.fal_base_url,
        }
    }

    /// How long one call to this provider may take.
    pub fn timeout_of(&self, provider: ProviderName) -> Duration {
        match provider {
            ProviderName::Runware => self.runware_timeout,
            ProviderName::Fal => self.fal_timeout,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_name_of_its_own_and_takes_a_good_value() {
        let mut names: Vec<_> = Setting::ALL.iter().map(|setting| setting.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Setting::ALL.len());

        let good = |setting: Setting| match setting {
            Setting::IsEnabled | Setting::GuestEnabled => "false",
            Setting::QueueAutoDispatch => "true",
            Setting::StatusMessage => "Back at eight.",
            Setting::DefaultProvider | Setting::FallbackProvider => "fal",
            Setting::FailureRateMinSamples => "20",
            Setting::RunwareMode | Setting::FalMode => "fake",
            Setting::QueueName => "magic-edits-prod-submit-standby",
            Setting::BlockedTerms | Setting::ProviderOutputHosts => r#"["a"]"#,
            Setting::FailureRateAlertThreshold => "0.5",
            Setting::RunwareBaseUrl | Setting::FalBaseUrl | Setting::FalJwksUrl | Setting::WebhookBaseUrl => {
                "https://example.com/v1"
            }
            Setting::Watermark => r#"{"scale":0.2}"#,
            _ => "10",
        };
        for setting in Setting::ALL {
            let before = Settings::default();
            let mut after = before.clone();
            after
                .set(setting, good(setting))
                .unwrap_or_else(|why| panic!("{}: {why}", setting.name()));
            for other in Setting::ALL {
                let changed = after.value(other) != before.value(other);
                assert_eq!(
                    changed,
                    other == setting,
                    "{} by {}",
                    other.name(),
                    setting.name()
                );
            }
        }
    }

    #[test]
    fn a_bad_value_is_refused_with_the_reason_and_changes_nothing() {
        for (setting, text) in [
            (Setting::IsEnabled, "yes"),
            (Setting::StatusMessage, " "),
            (Setting::DefaultProvider, "midjourney"),
            (Setting::RunwareMode, "Live"),
            (Setting::QueueName, "a/b"),
            (Setting::QueueMaxPolls, "0"),
            (Setting::BlockedTerms, "a,b"),
            (Setting::FailureRateAlertThreshold, "NaN"),
            (Setting::RunwareBaseUrl, "http://api.runware.ai"),
            (Setting::RunwareTimeoutSeconds, "3600"),
            (Setting::Watermark, r#"{"opacity":7}"#),
        ] {
            let mut settings = Settings::default();
            let why = settings.set(setting, text).unwrap_err();
            assert!(!why.is_empty());
            assert_eq!(settings, Settings::default(), "{}", setting.name());
        }
    }

    #[test]
    fn an_absent_fallback_can_be_said_in_ssm() {
        let mut settings = Settings::default();
        settings.set(Setting::FallbackProvider, "fal").unwrap();
        assert_eq!(settings.fallback_provider, Some(ProviderName::Fal));
        settings.set(Setting::FallbackProvider, "none").unwrap();
        assert_eq!(settings.fallback_provider, None);
    }
}
