//! Time that jumps: a simulation runs until everything in it waits, and then moves its clock to the next timer. A minute
//! with thousands of requests takes seconds.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use jiff::SignedDuration;

use super::Clock;

thread_local! {
    /// The timers of the simulation that runs on this thread.
    static TIMERS: RefCell<Option<Timers>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Timers {
    /// Since the beginning.
    now: Duration,
    /// In the order in which they are due.
    due: BTreeMap<(Duration, u64), Waker>,
    made: u64,
}

/// Runs a future to its end in time that jumps, and lets the twin's clock jump along. Every wait in it must be one of the
/// product's, or [`wait`].
///
/// # Panics
/// The future waits for something that is not in the simulation.
#[allow(clippy::panic)] // it would wait forever
pub(super) fn run<F: Future>(clock: &Clock, future: F) -> F::Output {
    TIMERS.set(Some(Timers::default()));
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    // A runtime around it would hold back what has done much, until it is asked again, which is never.
    let mut future = pin!(tokio::task::unconstrained(future));
    let output = loop {
        if woken.0.swap(false, Ordering::Relaxed) {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                break output;
            }
        } else if !jump(clock) {
            panic!("the simulation waits for something outside of it");
        }
    };
    TIMERS.set(None);
    output
}

/// Moves the time to the next timer; false where there is none.
fn jump(clock: &Clock) -> bool {
    let next = TIMERS.with_borrow_mut(|timers| {
        let timers = timers.as_mut()?;
        let ((at, _), waker) = timers.due.pop_first()?;
        let passed = at.saturating_sub(timers.now);
        timers.now = timers.now.max(at);
        Some((passed, waker))
    });
    let Some((passed, waker)) = next else {
        return false;
    };
    clock.advance(SignedDuration::try_from(passed).unwrap_or_default());
    waker.wake();
    true
}

/// A wait in the simulation of this thread; `None` where none runs.
pub(crate) fn sleep(time: Duration) -> Option<impl Future<Output = ()> + Send> {
    now().map(|now| Sleep {
        at: now.saturating_add(time),
        number: None,
    })
}

/// The time since the simulation of this thread began; `None` where none runs.
pub fn now() -> Option<Duration> {
    TIMERS.with_borrow(|timers| timers.as_ref().map(|timers| timers.now))
}

/// Waits in the simulation of this thread; not at all where none runs.
pub async fn wait(time: Duration) {
    if let Some(sleep) = sleep(time) {
        sleep.await;
    }
}

struct Sleep {
    at: Duration,
    number: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        TIMERS.with_borrow_mut(|timers| {
            let Some(timers) = timers else {
                return Poll::Ready(());
            };
            if timers.now >= self.at {
                return Poll::Ready(());
            }
            timers.made += 1;
            let number = *self.number.get_or_insert(timers.made);
            timers.due.insert((self.at, number), context.waker().clone());
            Poll::Pending
        })
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let key = (self.at, number);
            TIMERS.with_borrow_mut(|timers| timers.as_mut().map(|timers| timers.due.remove(&key)));
        }
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_come_in_their_order_and_the_clock_comes_along() {
        let clock = Clock::default();
        let begun = clock.now();
        let order = RefCell::new(Vec::new());
        let after = async |seconds: u64| {
            wait(Duration::from_secs(seconds)).await;
            order.borrow_mut().push(seconds);
        };
        run(&clock, async {
            futures::join!(after(3_600), after(2), after(60));
        });
        assert_eq!(order.into_inner(), [2, 60, 3_600]);
        assert_eq!(clock.now().duration_since(begun), SignedDuration::from_hours(1));
    }

    #[test]
    fn a_wait_that_was_given_up_holds_nobody() {
        let clock = Clock::default();
        let begun = clock.now();
        run(&clock, async {
            let long = pin!(wait(Duration::from_secs(3_600)));
            let short = pin!(wait(Duration::from_secs(1)));
            futures::future::select(long, short).await;
        });
        assert_eq!(clock.now().duration_since(begun), SignedDuration::from_secs(1));
    }
}
