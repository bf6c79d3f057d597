//! Waiting, with a limit.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{Place, Reply};

/// The longest that a test waits for one thing.
pub const PATIENCE: Duration = Duration::from_secs(75);

/// In memory: more messages than anything that a test waits for takes.
const MOST_MESSAGES: u64 = 3_000;

/// Requests before giving up.
const TRIES: u32 = 60;

impl Place {
    /// Repeats a look until it has a result, and returns that. In memory the next message is handled between two looks,
    /// and the clock moves to the time at which it is due, so nothing waits.
    pub async fn seen<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let Some(memory) = self.in_process() else {
            return seen(what, look).await;
        };
        let (begun, first) = (Instant::now(), memory.handled());
        loop {
            let looked_at = memory.handled();
            if let Some(seen) = look().await {
                return seen;
            }
            assert!(
                memory.handled() - first < MOST_MESSAGES,
                "after {MOST_MESSAGES} messages still not {what}"
            );
            if !memory.step(&self.cloud, looked_at).await {
                // A provider's double may still be working.
                sleep(Duration::from_millis(20)).await;
                let idle = begun.elapsed() > Duration::from_secs(10);
                assert!(!idle, "no message is left, and still not {what}");
            }
        }
    }

    /// Waits until this is true.
    pub async fn eventually(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        self.seen(what, async || is_so().await.then_some(())).await;
    }
}

/// Repeats a look until it has a result, and returns that.
pub async fn seen<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "after {PATIENCE:?} still not {what}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until something outside of the place is true, such as a request at a provider's double.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    seen(what, async || is_so().await.then_some(())).await;
}

/// Asks until the edit is accepted or finally refused, as an app does; the caller's idempotency key makes that harmless.
/// On a busy machine functions time out, and too many requests change one counter at once.
pub async fn insist(ask: impl AsyncFnMut() -> Reply) -> Reply {
    ask_again_while(ask, |reply| matches!(reply.status, 409 | 500..)).await
}

/// Asks until the product itself answers, whatever it says: the gateway's own answers have no code.
pub(crate) async fn until_product_answers(ask: impl AsyncFnMut() -> Reply) -> Reply {
    ask_again_while(ask, |reply| {
        reply.status >= 500 && !reply.body["code"].is_string()
    })
    .await
}

async fn ask_again_while(
    mut ask: impl AsyncFnMut() -> Reply,
    is_no_answer: impl Fn(&Reply) -> bool,
) -> Reply {
    for _ in 0..TRIES {
        let reply = ask().await;
        if !is_no_answer(&reply) {
            return reply;
        }
        sleep(Duration::from_millis(500)).await;
    }
    ask().await
}
