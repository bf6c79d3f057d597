//! Values that may be a little old: settings, styles, secrets.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::PortError;

/// Delay before a failed load is tried again while an old value is served.
const RETRY_DELAY: Duration = Duration::from_secs(3);

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
        self.renew(now, async { Ok((load.await?, max_age)) }).await
    }

    /// The same, for a load that says how old its value may get.
    pub(crate) async fn renew<F>(&self, now: Timestamp, load: F) -> Result<Arc<T>, PortError>
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
        let (value, age) = match (load.await, slot.take()) {
            (Ok((value, max_age)), _) => (Arc::new(value), max_age),
            (Err(error), Some(held)) => {
                tracing::warn!(cache = self.name, %error, "serving the last snapshot");
                // Counted from the end of the load: every request would wait for a source that hangs.
                (held.value, begun.elapsed() + RETRY_DELAY)
            }
            (Err(error), None) => return Err(error),
        };
        *slot = Some(Slot {
            value: Arc::clone(&value),
            fresh_until: now + age,
        });
        Ok(value)
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
}
