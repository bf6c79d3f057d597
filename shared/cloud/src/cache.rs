//! Values that may be a little old: settings, styles, secrets.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::PortError;
use crate::context::Context;

/// Delay before a failed load is tried again while an old value is served.
const RETRY_DELAY: Duration = Duration::from_secs(3);

/// A value that lacks what a caller looks for is loaded again once it is this old.
const RECENT: SignedDuration = SignedDuration::from_secs(1);

/// A value that is loaded again once it is too old. If that fails, the old value goes on being served and a
/// warning is logged; only a value that was never loaded is an error.
///
/// Age is measured by the wall clock: the monotonic clock need not run while an execution environment is frozen.
pub(crate) struct Cached<T> {
    name: String,
    max_age: Duration,
    slot: Mutex<Option<Slot<T>>>,
}

struct Slot<T> {
    value: Arc<T>,
    loaded_at: Timestamp,
    fresh_until: Timestamp,
}

impl<T> Cached<T> {
    pub(crate) fn new(name: impl Into<String>, max_age: Duration) -> Self {
        Self {
            name: name.into(),
            max_age,
            slot: Mutex::new(None),
        }
    }

    /// The value, loaded again if it is older than allowed. Concurrent callers share one load.
    pub(crate) async fn get<F>(&self, now: Timestamp, load: F) -> Result<Arc<T>, PortError>
    where
        F: Future<Output = Result<T, PortError>>,
    {
        let max_age = self.max_age;
        self.renew(now, |_| async { Ok((load.await?, max_age)) }).await
    }

    /// The same, for a load that needs the value before, if there is one, and says how old its own may get.
    pub(crate) async fn renew<F>(
        &self,
        now: Timestamp,
        load: impl FnOnce(Option<Arc<T>>) -> F,
    ) -> Result<Arc<T>, PortError>
    where
        F: Future<Output = Result<(T, Duration), PortError>>,
    {
        let mut slot = self.slot.lock().await;
        if let Some(held) = slot.as_ref()
            && now < held.fresh_until
        {
            return Ok(Arc::clone(&held.value));
        }
        let begun = Instant::now();
        let before = slot.as_ref().map(|held| Arc::clone(&held.value));
        let error = match load(before).await {
            Ok((value, age)) => return Ok(hold(&mut slot, value, now, age)),
            Err(error) => error,
        };
        let Some(held) = slot.as_mut() else {
            return Err(error);
        };
        tracing::warn!(cache = self.name, %error, "serving the last snapshot");
        // Counted from the end of the load: every request would wait for a source that hangs.
        held.fresh_until = now + begun.elapsed() + RETRY_DELAY;
        Ok(Arc::clone(&held.value))
    }

    /// The value for a caller who did not find in it what was looked for: one whose load began no earlier than the caller's
    /// request. It is loaded at most once a second; who comes within that second waits for its end. Where the load fails
    /// there is an error, because an old value does not prove that something is missing.
    pub(crate) async fn since<F>(
        &self,
        asked: Timestamp,
        context: &Context,
        load: F,
    ) -> Result<Arc<T>, PortError>
    where
        F: Future<Output = Result<T, PortError>>,
    {
        loop {
            let mut slot = self.slot.lock().await;
            let now = context.now();
            let rest = match slot.as_ref() {
                Some(held) if asked <= held.loaded_at => return Ok(Arc::clone(&held.value)),
                Some(held) => RECENT - now.duration_since(held.loaded_at),
                None => SignedDuration::ZERO,
            };
            if !rest.is_positive() {
                let value = load.await?;
                return Ok(hold(&mut slot, value, now, self.max_age));
            }
            // Others may be served meanwhile.
            drop(slot);
            context.wait(rest.min(RECENT)).await;
        }
    }
}

fn hold<T>(slot: &mut Option<Slot<T>>, value: T, now: Timestamp, age: Duration) -> Arc<T> {
    let value = Arc::new(value);
    *slot = Some(Slot {
        value: Arc::clone(&value),
        loaded_at: now,
        fresh_until: now + age,
    });
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    async fn answer(value: u32) -> Result<u32, PortError> {
        Ok(value)
    }

    async fn no_answer() -> Result<u32, PortError> {
        Err(PortError::Unavailable("SSM".to_owned()))
    }

    #[tokio::test]
    async fn a_value_is_loaded_again_once_it_is_too_old() {
        let cached = Cached::new("test", Duration::from_secs(20));
        assert_eq!(*cached.get(at(0), answer(1)).await.unwrap(), 1);
        assert_eq!(*cached.get(at(19), answer(2)).await.unwrap(), 1);
        assert_eq!(*cached.get(at(20), answer(3)).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn the_last_value_is_served_while_the_source_fails() {
        let cached = Cached::new("test", Duration::from_secs(20));
        cached.get(at(0), answer(1)).await.unwrap();
        assert_eq!(*cached.get(at(60), no_answer()).await.unwrap(), 1);
        assert_eq!(
            *cached.get(at(62), answer(2)).await.unwrap(),
            1,
            "asked again too soon"
        );
        assert_eq!(*cached.get(at(64), answer(2)).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_source_that_hangs_is_asked_again_a_while_after_its_load_has_failed() {
        let cached = Cached::new("test", Duration::from_secs(20));
        cached.get(at(0), answer(1)).await.unwrap();
        let hangs = async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            no_answer().await
        };
        assert_eq!(*cached.get(at(60), hangs).await.unwrap(), 1);
        assert_eq!(*cached.get(at(63), answer(2)).await.unwrap(), 1);
        assert_eq!(*cached.get(at(64), answer(2)).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_value_that_was_never_loaded_is_an_error() {
        let cached = Cached::new("test", Duration::from_secs(20));
        assert!(cached.get(at(0), no_answer()).await.is_err());
    }

    /// A clock that stands at this second, and moves when somebody waits.
    fn clock(second: i64) -> Context {
        let (cloud, memory) = crate::Cloud::in_memory();
        memory.clock.set(at(second));
        cloud.context
    }

    #[tokio::test]
    async fn what_is_not_found_is_looked_for_again_at_most_once_a_second() {
        let cached = Cached::new("test", Duration::from_secs(20));
        cached.get(at(0), answer(1)).await.unwrap();
        let clock = clock(0);
        assert_eq!(
            *cached.since(at(0), &clock, answer(2)).await.unwrap(),
            1,
            "loaded for this request"
        );
        let asked = at(0) + SignedDuration::from_millis(1);
        assert_eq!(*cached.since(asked, &clock, answer(3)).await.unwrap(), 3);
        assert_eq!(clock.now(), at(1), "it waits for the rest of the second");
        assert_eq!(*cached.since(asked, &clock, answer(4)).await.unwrap(), 3);
        assert_eq!(*cached.get(at(20), answer(5)).await.unwrap(), 3, "loaded at 1");
        assert_eq!(*cached.get(at(21), answer(5)).await.unwrap(), 5);
    }

    #[tokio::test]
    async fn a_clock_that_was_set_back_keeps_nobody_waiting() {
        let cached = Cached::new("test", Duration::from_secs(20));
        cached.get(at(3_600), answer(1)).await.unwrap();
        let clock = clock(0);
        assert_eq!(*cached.since(at(0), &clock, answer(2)).await.unwrap(), 1);
        assert_eq!(clock.now(), at(0));
    }

    #[tokio::test]
    async fn an_old_value_does_not_prove_that_something_is_missing() {
        let cached = Cached::new("test", Duration::from_secs(20));
        cached.get(at(0), answer(1)).await.unwrap();
        assert!(cached.since(at(5), &clock(5), no_answer()).await.is_err());
        assert_eq!(
            *cached.get(at(6), no_answer()).await.unwrap(),
            1,
            "it is served all the same"
        );
        assert_eq!(*cached.since(at(6), &clock(6), answer(2)).await.unwrap(), 2);
    }
}
