//! Settings. On the stack all tests share them: any number of tests may run with the same settings at once, and one that
//! needs settings of its own runs alone; the last to leave puts the defaults back. A place in memory has settings of its
//! own, so nobody waits there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use domain::ProviderName;
use domain::breaker::Pin;
use domain::settings::Setting;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use tokio::time::Instant;

use crate::Place;
use crate::deployed::logs;

/// The local stage keeps settings for a second.
const SEEN_AFTER: Duration = Duration::from_millis(1_300);

/// The values that template.yaml gives to the local stage, as far as tests change them. `queue_name` and
/// `webhook_base_url` are the place's own.
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

/// The settings of a place, to be held with company or alone.
pub(crate) type Lock = Arc<RwLock<Applied>>;

/// The stack's.
static LOCK: LazyLock<Lock> = LazyLock::new(Lock::default);

fn lock(place: &Place) -> Lock {
    match place.in_process() {
        Some(memory) => Arc::clone(&memory.settings),
        None => Arc::clone(&LOCK),
    }
}

/// What `make up` stores where nobody has stored a key.
pub(crate) const PLACEHOLDER: &str = "local-placeholder";

/// The only keys that the doubles accept, provider by provider.
const OUR_KEYS: [&str; 2] = [doubles::runware::API_KEY, doubles::fal::API_KEY];

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Profile {
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
    profile: Profile,
    texts: Vec<(Setting, String)>,
    /// The doubles' keys are stored.
    has_our_keys: bool,
    /// The keys that were there before the first test put the doubles'.
    keys_before: Option<[String; 2]>,
    /// The last pin of the circuit breakers; `None`: not set yet.
    pin: Option<Option<Pin>>,
    changed_at: Option<Instant>,
}

impl Applied {
    /// Writes the settings that differ from the defaults with `changes`. The breakers stay closed: one test's outage would be
    /// every test's.
    async fn apply(&mut self, place: &Place, profile: Profile, changes: &[(Setting, String)]) {
        match changes.iter().any(goes_live) {
            true => self.use_keys(place, &OUR_KEYS).await,
            false => self.put_keys_back(place).await,
        }
        self.pin_breakers(place, Some(Pin::Closed)).await;
        for (setting, default) in DEFAULTS {
            let default = match setting {
                Setting::QueueName => place.queue_name(),
                Setting::WebhookBaseUrl => place.api_url(),
                _ => default,
            };
            let change = changes.iter().find(|(changed, _)| *changed == setting);
            self.set(place, setting, change.map_or(default, |(_, text)| text))
                .await;
        }
        self.profile = profile;
    }

    async fn set(&mut self, place: &Place, setting: Setting, text: &str) {
        let known = self.texts.iter().position(|(known, _)| *known == setting);
        if known.is_some_and(|at| self.texts[at].1 == text) {
            return;
        }
        place.cloud.put_setting(setting, text).await.unwrap();
        if let Some(at) = known {
            self.texts.remove(at);
        }
        self.texts.push((setting, text.to_owned()));
        self.changed_at = Some(Instant::now());
    }

    async fn use_keys(&mut self, place: &Place, keys: &[impl AsRef<str>; 2]) {
        let are_ours = keys.each_ref().map(AsRef::as_ref) == OUR_KEYS;
        if self.has_our_keys == are_ours {
            return;
        }
        if self.keys_before.is_none() {
            let mut before = [PLACEHOLDER; 2].map(str::to_owned);
            for (known, provider) in before.iter_mut().zip(ProviderName::ALL) {
                let key = place.cloud.api_key(provider).await.unwrap();
                // A run that was killed may have left the doubles'.
                if let Some(key) = key.filter(|key| !OUR_KEYS.contains(&key.expose())) {
                    *known = key.expose().to_owned();
                }
            }
            self.keys_before = Some(before);
        }
        if are_ours {
            OUR_KEYS.into_iter().for_each(logs::keep_out);
        }
        for (provider, key) in ProviderName::ALL.into_iter().zip(keys) {
            place.cloud.put_api_key(provider, key.as_ref()).await.unwrap();
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
    async fn pin_breakers(&mut self, place: &Place, pin: Option<Pin>) {
        if self.pin == Some(pin) && pin.is_some() {
            return;
        }
        for provider in ProviderName::ALL {
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

    async fn restore(&mut self, place: &Place) {
        self.apply(place, Profile::Defaults, &[]).await;
        self.pin_breakers(place, None).await;
        // The next test pins the breakers again.
        self.profile = Profile::Unknown;
    }

    /// Waits until every function has seen the last change. In memory nothing is cached.
    async fn settle(&self, place: &Place) {
        if let Some(changed_at) = self.changed_at.filter(|_| place.is_deployed()) {
            tokio::time::sleep_until(changed_at + SEEN_AFTER).await;
        }
    }
}

/// Settings that tests share, for as long as this is held.
#[must_use]
pub struct Shared {
    /// There until this is dropped.
    held: Option<OwnedRwLockReadGuard<Applied>>,
    place: Place,
}

/// Applies the defaults to a new place.
pub(crate) async fn apply_defaults(place: &Place) {
    lock(place)
        .write()
        .await
        .apply(place, Profile::Defaults, &[])
        .await;
}

/// The defaults: fake providers, and edits are sent at once.
pub async fn defaults(place: &Place) -> Shared {
    shared(place, Profile::Defaults, &[]).await
}

/// These settings for both doubles, which hold edits back.
pub(crate) async fn duo(place: &Place, changes: &[(Setting, String)]) -> Shared {
    shared(place, Profile::Duo, changes).await
}

/// Live mode with the Runware double at this address. Edits are held back, so that a test can set the behaviour of each
/// before it is sent.
pub(crate) async fn live(place: &Place, base_url: &str) -> Shared {
    shared(place, Profile::Live, &live_changes(base_url)).await
}

/// Live mode for one test alone.
pub(crate) async fn live_alone(place: &Place, base_url: &str) -> Alone {
    alone_with(place, &live_changes(base_url)).await
}

fn live_changes(base_url: &str) -> [(Setting, String); 4] {
    [
        (Setting::RunwareMode, "live".to_owned()),
        (Setting::RunwareBaseUrl, base_url.to_owned()),
        (Setting::RunwareTimeoutSeconds, "2".to_owned()),
        (Setting::QueueAutoDispatch, "false".to_owned()),
    ]
}

/// Whether this change sends edits to a double, which accepts its own key only.
fn goes_live((setting, text): &(Setting, String)) -> bool {
    matches!(setting, Setting::RunwareMode | Setting::FalMode) && text == "live"
}

/// Tests that wait for their turn. Each of them writes every setting that differs from its own.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// A waiting test, until this is dropped.
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

async fn shared(place: &Place, profile: Profile, changes: &[(Setting, String)]) -> Shared {
    let turn = Turn::wait();
    let held = lock(place).read_owned().await;
    let held = if held.profile == profile {
        held
    } else {
        drop(held);
        let mut own = lock(place).write_owned().await;
        if own.profile != profile {
            own.apply(place, profile, changes).await;
        }
        own.downgrade()
    };
    drop(turn);
    held.settle(place).await;
    Shared {
        held: Some(held),
        place: place.clone(),
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let is_default = self.held.take().is_none_or(|held| {
            let is_pinned = held.pin.flatten().is_some();
            held.profile == Profile::Defaults && !is_pinned
        });
        // Where this fails, another test holds the settings and restores them.
        if !is_default
            && self.place.is_deployed()
            && let Ok(mut own) = LOCK.try_write()
        {
            restore_blocking(&mut own);
        }
    }
}

/// Settings of a test that runs alone, until this is dropped.
#[must_use]
pub struct Alone {
    /// There until this is shared or dropped.
    held: Option<OwnedRwLockWriteGuard<Applied>>,
    place: Place,
}

/// The defaults with these changes, for this test alone.
pub async fn alone(place: &Place, changes: &[(Setting, &str)]) -> Alone {
    let changes: Vec<_> = changes
        .iter()
        .map(|(setting, text)| (*setting, (*text).to_owned()))
        .collect();
    alone_with(place, &changes).await
}

async fn alone_with(place: &Place, changes: &[(Setting, String)]) -> Alone {
    let turn = Turn::wait();
    let mut held = lock(place).write_owned().await;
    drop(turn);
    held.apply(place, Profile::Own, changes).await;
    held.settle(place).await;
    Alone {
        held: Some(held),
        place: place.clone(),
    }
}

impl Alone {
    fn held(&mut self) -> &mut Applied {
        self.held.as_mut().expect("still alone")
    }

    /// Changes a setting, and waits until every function has seen it.
    pub async fn change(&mut self, setting: Setting, text: &str) {
        self.change_at_once(setting, text).await;
        let place = self.place.clone();
        self.held().settle(&place).await;
    }

    /// Changes a setting.
    pub async fn change_at_once(&mut self, setting: Setting, text: &str) {
        let place = self.place.clone();
        self.held().set(&place, setting, text).await;
    }

    /// Notes that the product is about to change a setting, which is restored all the same.
    pub fn expect_change(&mut self, setting: Setting) {
        self.held().texts.retain(|(known, _)| *known != setting);
    }

    /// Sends edits to the Runware API at this address, with the key of the double.
    pub async fn go_live(&mut self, base_url: &str) {
        let place = self.place.clone();
        self.held().use_keys(&place, &OUR_KEYS).await;
        self.change_at_once(Setting::RunwareMode, "live").await;
        self.change(Setting::RunwareBaseUrl, base_url).await;
    }

    /// From now on a failing provider is taken out of service, for everybody.
    pub async fn let_breakers_work(&mut self) {
        self.pin_breakers(None).await;
    }

    /// Takes every provider out of service or into it, as an operator does.
    pub async fn pin_breakers(&mut self, pin: Option<Pin>) {
        let place = self.place.clone();
        self.held().pin_breakers(&place, pin).await;
    }

    /// From now on the defaults, shared.
    pub async fn share_defaults(self) -> Shared {
        self.share(Profile::Defaults, &[]).await
    }

    /// From now on live mode, shared.
    pub(crate) async fn share_live(self, base_url: &str) -> Shared {
        self.share(Profile::Live, &live_changes(base_url)).await
    }

    async fn share(mut self, profile: Profile, changes: &[(Setting, String)]) -> Shared {
        let place = self.place.clone();
        self.held().apply(&place, profile, changes).await;
        self.held().settle(&place).await;
        let held = self.held.take().expect("still alone");
        Shared {
            held: Some(held.downgrade()),
            place,
        }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        if let Some(held) = self.held.as_mut()
            && self.place.is_deployed()
        {
            match WAITING.load(Ordering::SeqCst) {
                0 => restore_blocking(held),
                // The next test restores the settings, and pins the breakers.
                _ => (held.profile, held.pin) = (Profile::Unknown, None),
            }
        }
    }
}

/// On a thread with a runtime of its own: a drop cannot await.
fn restore_blocking(applied: &mut Applied) {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async { applied.restore(&Place::bare_stack().await).await });
        });
    });
}
