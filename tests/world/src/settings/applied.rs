//! Writes the settings, keys and breakers of a place, as far as they differ from what a test needs.

use std::time::Duration;

use domain::ProviderName;
use domain::breaker::Pin;
use domain::settings::{Setting, setting};
use secrecy::ExposeSecret;
use tokio::time::Instant;

use crate::Place;
use crate::deployed::logs;

/// The local stage keeps settings for a second.
const SEEN_AFTER: Duration = Duration::from_millis(1_300);

/// The values that template.yaml gives to the local stage, as far as tests change them. `queue_name` and
/// `webhook_base_url` are the place's own.
const DEFAULTS: [(Setting, &str); 28] = [
    (setting!(keep_originals), "false"),
    (setting!(is_enabled), "true"),
    (setting!(guest_enabled), "true"),
    (
        setting!(status_message),
        "AI edits are switched off for the moment. Please try again later.",
    ),
    (setting!(fallback_provider), "none"),
    (setting!(runware_mode), "fake"),
    (setting!(fal_mode), "fake"),
    (setting!(queue_auto_dispatch), "true"),
    (setting!(queue_name), "none"),
    (setting!(queue_max_polls), "60"),
    (setting!(blocked_terms), "[]"),
    (setting!(abuse_escalation_threshold_per_hour), "25"),
    (setting!(abuse_address_threshold_per_hour), "250"),
    (setting!(edits_per_guest_and_hour), "60"),
    (setting!(edits_per_event_and_hour), "10000"),
    (setting!(photos_per_guest_and_hour), "60"),
    (setting!(photos_per_address_and_hour), "3000"),
    (setting!(photos_per_event_and_month), "20000"),
    (setting!(runware_base_url), "https://api.runware.ai/v1"),
    (setting!(runware_timeout_seconds), "60"),
    (setting!(fal_base_url), "https://queue.fal.run"),
    (setting!(fal_timeout_seconds), "60"),
    (
        setting!(fal_jwks_url),
        "https://rest.fal.ai/.well-known/jwks.json",
    ),
    (setting!(webhook_base_url), "none"),
    (setting!(failure_rate_min_samples), "10"),
    (setting!(latency_warning_ms), "15000"),
    (
        setting!(provider_output_hosts),
        r#"["im.runware.ai","*.fal.media","127.0.0.1"]"#,
    ),
    (
        setting!(watermark),
        r#"{"image_key":null,"position":"bottom_right","opacity":0.8,"scale":0.18,"padding":0.02,"enabled":true}"#,
    ),
];

/// What `make up` stores where nobody has stored a key.
pub(crate) const PLACEHOLDER: &str = "local-placeholder";

/// A key of each provider, in the order of [`ProviderName`].
pub(super) type Keys = [String; ProviderName::ALL.len()];

/// The only key that a provider's double accepts.
const fn key_of(provider: ProviderName) -> &'static str {
    match provider {
        ProviderName::Runware => doubles::runware::API_KEY,
        ProviderName::Fal => doubles::fal::API_KEY,
    }
}

/// The keys of the doubles.
pub(super) fn our_keys() -> Keys {
    std::array::from_fn(|at| key_of(ProviderName::ALL[at]).to_owned())
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    /// An earlier run may have left anything.
    #[default]
    Unknown,
    Defaults,
    Live,
    Duo,
    /// The settings of one test.
    Own,
}

/// What is in the parameter store.
#[derive(Default)]
pub(crate) struct Applied {
    pub(super) profile: Profile,
    pub(super) texts: Vec<(Setting, String)>,
    /// The doubles' keys are stored.
    has_our_keys: bool,
    /// The keys that were there before the first test put the doubles'.
    keys_before: Option<Keys>,
    /// The last pin of the circuit breakers; `None`: not set yet.
    pub(super) pin: Option<Option<Pin>>,
    changed_at: Option<Instant>,
    /// Some parameter was written since the last copy.
    is_uncopied: bool,
}

impl Applied {
    /// Writes the settings that differ from the defaults with `changes`. The breakers stay closed: one test's outage would be
    /// every test's.
    pub(super) async fn apply(&mut self, place: &Place, profile: Profile, changes: &[(Setting, String)]) {
        for (changed, _) in changes {
            let is_known = DEFAULTS.iter().any(|(known, _)| known == changed);
            assert!(
                is_known,
                "{changed} needs a row in DEFAULTS, or it is not put back"
            );
        }
        match changes.iter().any(goes_live) {
            true => self.use_keys(place, &our_keys()).await,
            false => self.put_keys_back(place).await,
        }
        self.pin_breakers(place, Some(Pin::Closed)).await;
        for (setting, default) in DEFAULTS {
            let default = match setting.name() {
                "queue_name" => place.queue_name(),
                "webhook_base_url" => place.api_url(),
                _ => default,
            };
            let change = changes.iter().find(|(changed, _)| *changed == setting);
            self.set(place, setting, change.map_or(default, |(_, text)| text))
                .await;
        }
        self.profile = profile;
        self.copy(place).await;
    }

    /// Copies the parameters, as the function does that a change invokes. On the stack that function does it as well;
    /// nobody has to wait for it.
    pub(super) async fn copy(&mut self, place: &Place) {
        if std::mem::take(&mut self.is_uncopied) {
            place.cloud.copy_settings().await.unwrap();
            self.changed_at = Some(Instant::now());
        }
    }

    /// Writes a parameter, which takes effect when it is copied.
    pub(super) async fn set(&mut self, place: &Place, setting: Setting, text: &str) {
        let known = self.texts.iter().position(|(known, _)| *known == setting);
        if known.is_some_and(|at| self.texts[at].1 == text) {
            return;
        }
        place.cloud.put_setting(setting, text).await.unwrap();
        if let Some(at) = known {
            self.texts.remove(at);
        }
        self.texts.push((setting, text.to_owned()));
        self.is_uncopied = true;
    }

    pub(super) async fn use_keys(&mut self, place: &Place, keys: &Keys) {
        let ours = our_keys();
        let are_ours = *keys == ours;
        if self.has_our_keys == are_ours {
            return;
        }
        if self.keys_before.is_none() {
            let mut before = Keys::default().map(|_| PLACEHOLDER.to_owned());
            for (known, provider) in before.iter_mut().zip(ProviderName::ALL.iter().copied()) {
                let key = place.cloud.api_key(provider).await.unwrap();
                // A run that was killed may have left the doubles'.
                if let Some(key) = key.filter(|key| !ours.iter().any(|our| our == key.expose_secret())) {
                    *known = key.expose_secret().to_owned();
                }
            }
            self.keys_before = Some(before);
        }
        if are_ours {
            ours.iter().for_each(|key| logs::keep_out(key));
        }
        for (provider, key) in ProviderName::ALL.iter().copied().zip(keys) {
            place.cloud.put_api_key(provider, key).await.unwrap();
        }
        self.has_our_keys = are_ours;
        self.changed_at = Some(Instant::now());
    }

    async fn put_keys_back(&mut self, place: &Place) {
        if let Some(keys) = self.keys_before.clone() {
            self.use_keys(place, &keys).await;
        }
    }

    /// Sets every circuit breaker. Workers read them with every edit, so nobody has to wait.
    pub(super) async fn pin_breakers(&mut self, place: &Place, pin: Option<Pin>) {
        if self.pin == Some(pin) && pin.is_some() {
            return;
        }
        for provider in ProviderName::ALL.iter().copied() {
            loop {
                let breakers = place.cloud.breakers().await.unwrap();
                let next = breakers.of(provider).pinned(pin);
                if place.cloud.save_breaker(provider, &next).await.unwrap() {
                    break;
                }
            }
        }
        self.pin = Some(pin);
    }

    pub(super) async fn restore(&mut self, place: &Place) {
        self.apply(place, Profile::Defaults, &[]).await;
        self.pin_breakers(place, None).await;
        // The next test pins the breakers again.
        self.profile = Profile::Unknown;
    }

    /// Waits until every function has seen the last change. In memory nothing is cached.
    pub(super) async fn settle(&self, place: &Place) {
        if let Some(changed_at) = self.changed_at.filter(|_| place.is_deployed()) {
            tokio::time::sleep_until(changed_at + SEEN_AFTER).await;
        }
    }
}

/// Whether this change sends edits to a double, which accepts its own key only.
fn goes_live((setting, text): &(Setting, String)) -> bool {
    let is_mode_of = |provider: &ProviderName| setting.name() == format!("{provider}_mode");
    text == "live" && ProviderName::ALL.iter().any(is_mode_of)
}
