//! Settings belong to the whole stack, so tests share them: any number of tests may run with the same settings at
//! once, and one that needs settings of its own runs alone. Whoever leaves last puts the defaults back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::ProviderName;
use domain::breaker::Pin;
use domain::settings::Setting;
use secrecy::ExposeSecret;
use tokio::sync::{OnceCell, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::time::Instant;

use crate::{Stack, logs};

/// The local stage keeps settings for a second.
const SEEN_AFTER: Duration = Duration::from_millis(1_300);

/// What template.yaml gives to the local stage, as far as tests change it. `queue_name` and `webhook_base_url` are the
/// stack's own.
const DEFAULTS: [(Setting, &str); 21] = [
    (Setting::IsEnabled, "true"),
    (Setting::GuestEnabled, "true"),
    (
        Setting::StatusMessage,
        "AI edits are switched off for the moment. Please try again later.",
    ),
    (Setting::FallbackProvider, "none"),
    (Setting::RunwareMode, "fake"),
    (Setting::FalMode, "fake"),
    (Setting::QueueAutoDispatch, "true"),
    (Setting::QueueName, "none"),
    (Setting::QueueMaxPolls, "60"),
    (Setting::BlockedTerms, "[]"),
    (Setting::AbuseEscalationThresholdPerHour, "25"),
    (Setting::RunwareBaseUrl, "https://api.runware.ai/v1"),
    (Setting::RunwareTimeoutSeconds, "60"),
    (Setting::FalBaseUrl, "https://queue.fal.run"),
    (Setting::FalTimeoutSeconds, "60"),
    (Setting::FalJwksUrl, "https://rest.fal.ai/.well-known/jwks.json"),
    (Setting::WebhookBaseUrl, "none"),
    (Setting::FailureRateMinSamples, "10"),
    (Setting::LatencyWarningMs, "15000"),
    (
        Setting::ProviderOutputHosts,
        r#"["im.runware.ai","*.fal.media","127.0.0.1"]"#,
    ),
    (
        Setting::Watermark,
        r#"{"image_key":null,"position":"bottom_right","opacity":0.8,"scale":0.18,"padding":0.02,"enabled":true}"#,
    ),
];

static LOCK: RwLock<Applied> = RwLock::const_new(Applied {
    profile: Profile::Unknown,
    texts: Vec::new(),
    has_our_keys: false,
    pin: None,
    changed_at: None,
});

/// The keys that were there before the first test put its own.
static KEYS_BEFORE: OnceCell<[String; 2]> = OnceCell::const_new();

/// What `make up` stores where nobody has stored a key.
const PLACEHOLDER: &str = "local-placeholder";

/// The only keys that the doubles accept, provider by provider.
const OUR_KEYS: [&str; 2] = [doubles::runware::API_KEY, doubles::fal::API_KEY];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Profile {
    /// Whatever an earlier run left behind.
    Unknown,
    Defaults,
    Live,
    Duo,
    /// One test's own.
    Own,
}

/// What is in SSM.
struct Applied {
    profile: Profile,
    texts: Vec<(Setting, String)>,
    /// The doubles' keys are in place of those before.
    has_our_keys: bool,
    /// What was last set of the circuit breakers; `None`: nothing yet.
    pin: Option<Option<Pin>>,
    changed_at: Option<Instant>,
}

impl Applied {
    /// Writes what differs from the defaults and `changes` together. No provider is taken out of service: one test's
    /// outage would be every test's.
    async fn apply(&mut self, stack: &Stack, profile: Profile, changes: &[(Setting, String)]) {
        match changes.iter().any(goes_live) {
            true => self.use_keys(stack, &OUR_KEYS).await,
            false => self.put_keys_back(stack).await,
        }
        self.pin_breakers(stack, Some(Pin::Closed)).await;
        for (setting, default) in DEFAULTS {
            let default = match setting {
                Setting::QueueName => stack.described.submit_queue_url.rsplit('/').next().unwrap(),
                Setting::WebhookBaseUrl => &stack.described.api_url,
                _ => default,
            };
            let change = changes.iter().find(|(changed, _)| *changed == setting);
            self.set(stack, setting, change.map_or(default, |(_, text)| text))
                .await;
        }
        self.profile = profile;
    }

    async fn set(&mut self, stack: &Stack, setting: Setting, text: &str) {
        let known = self.texts.iter().position(|(known, _)| *known == setting);
        if known.is_some_and(|at| self.texts[at].1 == text) {
            return;
        }
        stack.cloud.put_setting(setting, text).await.unwrap();
        if let Some(at) = known {
            self.texts.remove(at);
        }
        self.texts.push((setting, text.to_owned()));
        self.changed_at = Some(Instant::now());
    }

    async fn use_keys(&mut self, stack: &Stack, keys: &[impl AsRef<str>; 2]) {
        let are_ours = keys.each_ref().map(AsRef::as_ref) == OUR_KEYS;
        if self.has_our_keys == are_ours {
            return;
        }
        KEYS_BEFORE
            .get_or_init(|| async {
                let mut before = [PLACEHOLDER; 2].map(str::to_owned);
                for (place, provider) in before.iter_mut().zip(ProviderName::ALL.iter().copied()) {
                    let key = stack.cloud.api_key(provider).await.unwrap();
                    // A run that was killed may have left ours.
                    if let Some(key) = key.filter(|key| !OUR_KEYS.contains(&key.expose_secret())) {
                        *place = key.expose_secret().to_owned();
                    }
                }
                before
            })
            .await;
        if are_ours {
            OUR_KEYS.into_iter().for_each(logs::keep_out);
        }
        for (provider, key) in ProviderName::ALL.iter().copied().zip(keys) {
            stack.cloud.put_api_key(provider, key.as_ref()).await.unwrap();
        }
        self.has_our_keys = are_ours;
        self.changed_at = Some(Instant::now());
    }

    async fn put_keys_back(&mut self, stack: &Stack) {
        if let Some(keys) = KEYS_BEFORE.get() {
            self.use_keys(stack, keys).await;
        }
    }

    /// Sets every circuit breaker anew. Workers read them with every edit, so there is nothing to wait for.
    async fn pin_breakers(&mut self, stack: &Stack, pin: Option<Pin>) {
        if self.pin == Some(pin) && pin.is_some() {
            return;
        }
        for provider in ProviderName::ALL.iter().copied() {
            loop {
                let breakers = stack.cloud.breakers().await.unwrap();
                let next = breakers.of(provider).pinned(pin);
                if stack.cloud.save_breaker(provider, &next).await.unwrap() {
                    break;
                }
            }
        }
        self.pin = Some(pin);
    }

    async fn restore(&mut self, stack: &Stack) {
        self.apply(stack, Profile::Defaults, &[]).await;
        self.pin_breakers(stack, None).await;
        // Whoever comes next pins the breakers again.
        self.profile = Profile::Unknown;
    }

    /// Waits until every function has seen the last change.
    async fn settle(&self) {
        if let Some(changed_at) = self.changed_at {
            tokio::time::sleep_until(changed_at + SEEN_AFTER).await;
        }
    }
}

/// Settings that others may be running with too, for as long as this is held.
#[must_use]
pub struct Shared(Option<RwLockReadGuard<'static, Applied>>);

/// Runs with the defaults: fake providers, edits sent at once.
pub async fn defaults(stack: &Stack) -> Shared {
    shared(stack, Profile::Defaults, &[]).await
}

/// Runs with these settings for both providers' doubles, in which edits are held back as well.
pub(crate) async fn duo(stack: &Stack, changes: &[(Setting, String)]) -> Shared {
    shared(stack, Profile::Duo, changes).await
}

/// Runs with the Runware double that listens here. Edits are held back, so that a test can say how each one will go
/// before it is sent.
pub(crate) async fn live(stack: &Stack, base_url: &str) -> Shared {
    shared(stack, Profile::Live, &live_changes(base_url)).await
}

/// Live mode, but alone; with another API than the double's if need be.
pub(crate) async fn live_alone(stack: &Stack, base_url: &str) -> Alone {
    alone_with(stack, &live_changes(base_url)).await
}

fn live_changes(base_url: &str) -> [(Setting, String); 4] {
    [
        (Setting::RunwareMode, "live".to_owned()),
        (Setting::RunwareBaseUrl, base_url.to_owned()),
        (Setting::RunwareTimeoutSeconds, "2".to_owned()),
        (Setting::QueueAutoDispatch, "false".to_owned()),
    ]
}

/// Whether this change sends edits to a double, which takes no key but its own.
fn goes_live((setting, text): &(Setting, String)) -> bool {
    matches!(setting, Setting::RunwareMode | Setting::FalMode) && text == "live"
}

/// Tests that wait for their turn. Each of them writes all settings that differ from its own.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Somebody who waits, until this is dropped.
struct Turn;

impl Turn {
    fn wait() -> Self {
        WAITING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn shared(stack: &Stack, profile: Profile, changes: &[(Setting, String)]) -> Shared {
    let turn = Turn::wait();
    let held = LOCK.read().await;
    let held = if held.profile == profile {
        held
    } else {
        drop(held);
        let mut own = LOCK.write().await;
        if own.profile != profile {
            own.apply(stack, profile, changes).await;
        }
        own.downgrade()
    };
    drop(turn);
    held.settle().await;
    Shared(Some(held))
}

impl Drop for Shared {
    fn drop(&mut self) {
        let is_default = self.0.take().is_none_or(|held| {
            let is_pinned = held.pin.flatten().is_some();
            held.profile == Profile::Defaults && !is_pinned
        });
        // Where this fails, somebody else is running or about to, and will do it.
        if !is_default && let Ok(mut own) = LOCK.try_write() {
            restore_blocking(&mut own);
        }
    }
}

/// Settings of a test that runs alone, until this is dropped.
#[must_use]
pub struct Alone {
    /// There until this is shared or dropped.
    held: Option<RwLockWriteGuard<'static, Applied>>,
    stack: Stack,
}

/// Runs alone, with the defaults and these changes.
pub async fn alone(stack: &Stack, changes: &[(Setting, &str)]) -> Alone {
    let changes: Vec<_> = changes
        .iter()
        .map(|(setting, text)| (*setting, (*text).to_owned()))
        .collect();
    alone_with(stack, &changes).await
}

async fn alone_with(stack: &Stack, changes: &[(Setting, String)]) -> Alone {
    let turn = Turn::wait();
    let mut held = LOCK.write().await;
    drop(turn);
    held.apply(stack, Profile::Own, changes).await;
    held.settle().await;
    Alone {
        held: Some(held),
        stack: stack.clone(),
    }
}

impl Alone {
    fn held(&mut self) -> &mut Applied {
        self.held.as_mut().expect("still alone")
    }

    /// Changes a setting, and waits until every function has seen it.
    pub async fn change(&mut self, setting: Setting, text: &str) {
        self.change_at_once(setting, text).await;
        self.held().settle().await;
    }

    /// Changes a setting.
    pub async fn change_at_once(&mut self, setting: Setting, text: &str) {
        let stack = self.stack.clone();
        self.held().set(&stack, setting, text).await;
    }

    /// Takes note that somebody else is about to change a setting: it is put back all the same.
    pub fn expect_change(&mut self, setting: Setting) {
        self.held().texts.retain(|(known, _)| *known != setting);
    }

    /// Sends edits to the Runware API here, with the key of the double.
    pub async fn go_live(&mut self, base_url: &str) {
        let stack = self.stack.clone();
        self.held().use_keys(&stack, &OUR_KEYS).await;
        self.change_at_once(Setting::RunwareMode, "live").await;
        self.change(Setting::RunwareBaseUrl, base_url).await;
    }

    /// From now on, a provider that fails is taken out of service, for everybody.
    pub async fn let_breakers_work(&mut self) {
        self.pin_breakers(None).await;
    }

    /// Takes every provider out of service or into it, as an operator does.
    pub async fn pin_breakers(&mut self, pin: Option<Pin>) {
        let stack = self.stack.clone();
        self.held().pin_breakers(&stack, pin).await;
    }

    /// Back to the defaults, and company.
    pub async fn share_defaults(self) -> Shared {
        self.share(Profile::Defaults, &[]).await
    }

    /// To the settings of live mode, and company.
    pub(crate) async fn share_live(self, base_url: &str) -> Shared {
        self.share(Profile::Live, &live_changes(base_url)).await
    }

    async fn share(mut self, profile: Profile, changes: &[(Setting, String)]) -> Shared {
        let stack = self.stack.clone();
        self.held().apply(&stack, profile, changes).await;
        self.held().settle().await;
        let held = self.held.take().expect("still alone");
        Shared(Some(held.downgrade()))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        if let Some(held) = self.held.as_mut() {
            match WAITING.load(Ordering::SeqCst) {
                0 => restore_blocking(held),
                // Whoever comes next does it, and pins the breakers whatever became of them.
                _ => (held.profile, held.pin) = (Profile::Unknown, None),
            }
        }
    }
}

/// A drop cannot wait for anything but a thread.
fn restore_blocking(applied: &mut Applied) {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async { applied.restore(&Stack::bare().await).await });
        });
    });
}
