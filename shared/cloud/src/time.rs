//! Waiting: by the machine's timers, or in a simulation by a clock that jumps to the next timer.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A moment, as the time since some moment before it. For waits alone: what is stored has `cloud.now()`.
pub(crate) fn moment() -> Duration {
    #[cfg(feature = "testing")]
    if let Some(now) = crate::testing::simulation::now() {
        return now;
    }
    BEGUN.elapsed()
}

/// Waits this long.
pub(crate) async fn sleep(time: Duration) {
    #[cfg(feature = "testing")]
    if let Some(sleep) = crate::testing::simulation::sleep(time) {
        return sleep.await;
    }
    tokio::time::sleep(time).await;
}
