//! Waiting for what takes its time, but not for ever.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::Reply;

/// The longest that anything is waited for.
pub const PATIENCE: Duration = Duration::from_secs(75);

/// How often somebody asks before giving up.
const TRIES: u32 = 60;

/// Looks until there is something to see, and returns it.
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

/// Waits until something is so.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    seen(what, async || is_so().await.then_some(())).await;
}

/// Asks until the edit is accepted or refused for good, as an app does; the caller's idempotency key makes that harmless.
/// On a busy machine functions run into their timeouts, and too many meet at one counter.
pub async fn insist(ask: impl AsyncFnMut() -> Reply) -> Reply {
    again_while(ask, |reply| matches!(reply.status, 409 | 500..)).await
}

/// Asks until the product itself answers, whatever it says: the gateway's own answers have no code.
pub(crate) async fn answered(ask: impl AsyncFnMut() -> Reply) -> Reply {
    again_while(ask, |reply| {
        reply.status >= 500 && !reply.body["code"].is_string()
    })
    .await
}

async fn again_while(mut ask: impl AsyncFnMut() -> Reply, is_no_answer: impl Fn(&Reply) -> bool) -> Reply {
    for _ in 0..TRIES {
        let reply = ask().await;
        if !is_no_answer(&reply) {
            return reply;
        }
        sleep(Duration::from_millis(500)).await;
    }
    ask().await
}
