//! Whose turn it is: tests with the same settings run side by side, one with settings of its own runs alone. As long as
//! tests with the settings in force wait, others wait longer, because each change of settings keeps every test waiting.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::applied::Profile;

/// Those of the stack.
static TURNS: LazyLock<Turns> = LazyLock::new(Turns::default);

#[derive(Default)]
struct Turns {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Tests that wait, by the settings that they want.
    waiting: BTreeMap<Profile, usize>,
    /// The settings of the tests that run, or that ran last.
    current: Profile,
    running: usize,
}

impl State {
    fn may_enter(&self, profile: Profile) -> bool {
        if self.running > 0 {
            return profile == self.current && profile != Profile::Own;
        }
        profile == self.current || self.waiting.get(&self.current).is_none_or(|&count| count == 0)
    }
}

impl Turns {
    fn state(&self) -> MutexGuard<'_, State> {
        // A test that fails must not fail the others.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A test's turn, until this is dropped.
#[derive(Debug)]
pub(super) struct Turn(());

impl Turn {
    /// Waits for a turn with these settings.
    pub(super) async fn wait(profile: Profile) -> Self {
        *TURNS.state().waiting.entry(profile).or_default() += 1;
        loop {
            let mut changed = pin!(TURNS.changed.notified());
            changed.as_mut().enable();
            {
                let mut state = TURNS.state();
                if state.may_enter(profile) {
                    *state.waiting.entry(profile).or_default() -= 1;
                    (state.current, state.running) = (profile, state.running + 1);
                    return Self(());
                }
            }
            changed.await;
        }
    }

    /// Goes on with others that want these settings.
    pub(super) fn share(&self, profile: Profile) {
        TURNS.state().current = profile;
        TURNS.changed.notify_waiters();
    }

    /// Whether nobody waits.
    pub(super) fn is_last() -> bool {
        TURNS.state().waiting.values().all(|&count| count == 0)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TURNS.state().running -= 1;
        TURNS.changed.notify_waiters();
    }
}
