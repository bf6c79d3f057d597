//! Values that may be a little old: settings, styles, secrets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
    /// The number of loads that were begun.
    begun: AtomicU64,
    slot: Mutex<Slot<T>>,
}

struct Slot<T> {
    held: Option<Held<T>>,
    failed: Option<Failed>,
}

struct Held<T> {
    value: Arc<T>,
    loaded_at: Timestamp,
    fresh_until: Timestamp,
    /// The number of its load.
    load: u64,
}

/// A load that failed. Whoever waited for it while it ran is told the same: one after the other, they would wait for a
/// source that hangs as often as there are callers.
struct Failed {
    load: u64,
    error: PortError,
}

impl<T> Cached<T> {
    pub(crate) fn new(name: impl Into<String>, max_age: Duration) -> Self {
        Self {
            name: name.into(),
            max_age,
            begun: AtomicU64::new(0),
            slot: Mutex::new(Slot {
                held: None,
                failed: None,
            }),
        }
    }

    /// The value, loaded again if it is older than allowed. Concurrent callers share one load, or one failure.
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
        let asked = self.begun.load(Ordering::Relaxed);
        let mut slot = self.slot.lock().await;
        if let Some(held) = &slot.held
            && (now < held.fresh_until || asked < held.load)
        {
            return Ok(Arc::clone(&held.value));
        }
        slot.failure_since(asked)?;
        let number = self.begin();
        let begun = Instant::now();
        let before = slot.held.as_ref().map(|held| Arc::clone(&held.value));
        let error = match load(before).await {
            Ok((value, age)) => return Ok(slot.hold(value, now, age, number)),
            Err(error) => slot.fail(error, number),
        };
        let Some(held) = slot.held.as_mut() else {
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
        let asked_before = self.begun.load(Ordering::Relaxed);
        loop {
            let mut slot = self.slot.lock().await;
            let now = context.now();
            let rest = match &slot.held {
                Some(held) if asked <= held.loaded_at => return Ok(Arc::clone(&held.value)),
                Some(held) => RECENT - now.duration_since(held.loaded_at),
                None => SignedDuration::ZERO,
            };
            slot.failure_since(asked_before)?;
            if !rest.is_positive() {
                let number = self.begin();
                return match load.await {
                    Ok(value) => Ok(slot.hold(value, now, self.max_age, number)),
                    Err(error) => Err(slot.fail(error, number)),
                };
            }
            // Others may be served meanwhile.
            drop(slot);
            context.wait(rest.min(RECENT)).await;
        }
    }
}

impl<T> Cached<T> {
    /// The number of a load that begins now: larger than what [`Cached::begun`] was for everybody who asked before.
    fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl<T> Slot<T> {
    fn hold(&mut self, value: T, now: Timestamp, age: Duration, load: u64) -> Arc<T> {
        let value = Arc::new(value);
        self.held = Some(Held {
            value: Arc::clone(&value),
            loaded_at: now,
            fresh_until: now + age,
            load,
        });
        self.failed = None;
        value
    }

    fn fail(&mut self, error: PortError, load: u64) -> PortError {
        self.failed = Some(Failed {
            load,
            error: error.clone(),
        });
        error
    }

    /// The failure of a load that began after somebody asked, who saw so many loads begun.
    fn failure_since(&self, asked: u64) -> Result<(), PortError> {
        match &self.failed {
            Some(failed) if asked < failed.load => Err(failed.error.clone()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

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

    /// Ten who ask at once, of whom the first begins a load before the others have asked.
    async fn at_once<F>(cached: &Cached<u32>, load: impl Fn() -> F) -> (u32, Vec<Result<Arc<u32>, PortError>>)
    where
        F: Future<Output = Result<u32, PortError>>,
    {
        let loads = AtomicU64::new(0);
        let asked = (0..10).map(|_| {
            cached.get(at(0), async {
                loads.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                load().await
            })
        });
        let answers = futures::future::join_all(asked).await;
        (u32::try_from(loads.into_inner()).unwrap(), answers)
    }

    #[tokio::test]
    async fn who_asks_while_a_load_runs_shares_the_next_one_however_it_ends() {
        let failing = Cached::new("test", Duration::from_secs(20));
        let (loads, answers) = at_once(&failing, no_answer).await;
        assert_eq!(loads, 2);
        assert!(answers.iter().all(Result::is_err));
        // Whoever comes later asks again.
        assert_eq!(*failing.get(at(0), answer(1)).await.unwrap(), 1);
        // A value that is not kept at all is what everybody gets who asked before it was loaded.
        let unkept = Cached::new("test", Duration::ZERO);
        let (loads, answers) = at_once(&unkept, || answer(1)).await;
        assert_eq!(
            (loads, answers.iter().filter(|found| found.is_ok()).count()),
            (2, 10)
        );
        assert_eq!(*unkept.get(at(0), answer(2)).await.unwrap(), 2);
        let clock = clock(5);
        let looks = (0..10).map(|_| {
            unkept.since(at(5), &clock, async {
                tokio::task::yield_now().await;
                no_answer().await
            })
        });
        let found = futures::future::join_all(looks).await;
        assert!(found.iter().all(Result::is_err));
        assert_eq!(unkept.begun.load(Ordering::Relaxed), 5, "two of these");
    }

    #[tokio::test]
    async fn a_load_that_is_given_up_is_begun_anew_by_the_next_one() {
        let cached = Cached::new("test", Duration::from_secs(20));
        let mut first = Box::pin(cached.get(at(0), std::future::pending::<Result<u32, PortError>>()));
        assert!((&mut first).now_or_never().is_none(), "it loads");
        let mut second = Box::pin(cached.get(at(0), answer(2)));
        assert!((&mut second).now_or_never().is_none(), "it waits");
        drop(first);
        assert_eq!(*second.await.unwrap(), 2);
    }
}
