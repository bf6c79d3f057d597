//! Settings. On the stack all tests share them: any number of tests may run with the same settings at once, and one that
//! needs settings of its own runs alone; the last to leave puts the defaults back. A place in memory has settings of its
//! own, so nobody waits there.

mod applied;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use domain::breaker::Pin;
use domain::settings::{Setting, setting};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use crate::Place;
pub(crate) use applied::PLACEHOLDER;
use applied::{Applied, Profile, our_keys};

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
        (setting!(runware_mode), "live".to_owned()),
        (setting!(runware_base_url), base_url.to_owned()),
        (setting!(runware_timeout_seconds), "2".to_owned()),
        (setting!(queue_auto_dispatch), "false".to_owned()),
    ]
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
        self.held().copy(&place).await;
    }

    /// Notes that the product is about to change a setting, which is restored all the same.
    pub fn expect_change(&mut self, setting: Setting) {
        self.held().texts.retain(|(known, _)| *known != setting);
    }

    /// Sends edits to the Runware API at this address, with the key of the double.
    pub async fn go_live(&mut self, base_url: &str) {
        let place = self.place.clone();
        self.held().use_keys(&place, &our_keys()).await;
        self.change_at_once(setting!(runware_mode), "live").await;
        self.change(setting!(runware_base_url), base_url).await;
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
