//! Values that may be a little old: settings, styles, secrets.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::PortError;

/// Delay before a failed load is tried again while an old value is served.
const RETRY_DELAY: Duration = Duration::from_secs(3);

/// A value that lacks what a caller looks for is loaded again if it is older than this.
const RECENT: Duration = Duration::from_secs(1);

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
        self.renew(now, |_| load).await
    }

    /// The same, for a load that needs the value before, if there is one.
    pub(crate) async fn renew<F>(
        &self,
        now: Timestamp,
        load: impl FnOnce(Option<Arc<T>>) -> F,
    ) -> Result<Arc<T>, PortError>
    where
        F: Future<Output = Result<T, PortError>>,
    {
        let mut slot = self.slot.lock().await;
        if let Some(held) = slot.as_ref()
            && now < held.fresh_until
        {
            return Ok(Arc::clone(&held.value));
        }
        let before = slot.as_ref().map(|held| Arc::clone(&held.value));
        let begun = Instant::now();
        let error = match load(before).await {
            Ok(value) => return Ok(self.hold(&mut slot, value, now)),
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

    /// The value for a caller who did not find in it what was looked for: loaded again unless it was loaded within the
    /// last second. Where that fails there is an error, because an old value does not prove that something is missing.
    pub(crate) async fn recent<F>(&self, now: Timestamp, load: F) -> Result<Arc<T>, PortError>
    where
        F: Future<Output = Result<T, PortError>>,
    {
        let mut slot = self.slot.lock().await;
        if let Some(held) = slot.as_ref()
            && now < held.loaded_at + RECENT
        {
            return Ok(Arc::clone(&held.value));
        }
        let value = load.await?;
        Ok(self.hold(&mut slot, value, now))
    }

    fn hold(&self, slot: &mut Option<Slot<T>>, value: T, now: Timestamp) -> Arc<T> {
        let value = Arc::new(value);
        *slot = Some(Slot {
            value: Arc::clone(&value),
            loaded_at: now,
            fresh_until: now + self.max_age,
        });
        value
    }
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

    #[tokio::test]
    async fn what_is_not_found_is_looked_for_again_at_most_once_a_second() {
        let cached = Cached::new("test", Duration::from_secs(20));
        cached.get(at(0), answer(1)).await.unwrap();
        assert_eq!(*cached.recent(at(0), answer(2)).await.unwrap(), 1, "just loaded");
        assert_eq!(*cached.recent(at(1), answer(3)).await.unwrap(), 3);
        assert_eq!(*cached.recent(at(1), answer(4)).await.unwrap(), 3);
        assert_eq!(*cached.get(at(20), answer(5)).await.unwrap(), 3, "loaded at 1");
        assert_eq!(*cached.get(at(21), answer(5)).await.unwrap(), 5);
    }

    #[tokio::test]
    async fn an_old_value_does_not_prove_that_something_is_missing() {
        let cached = Cached::new("test", Duration::from_secs(20));
        cached.get(at(0), answer(1)).await.unwrap();
        assert!(cached.recent(at(5), no_answer()).await.is_err());
        assert_eq!(
            *cached.get(at(6), no_answer()).await.unwrap(),
            1,
            "it is served all the same"
        );
        assert_eq!(*cached.recent(at(6), answer(2)).await.unwrap(), 2);
    }
}
