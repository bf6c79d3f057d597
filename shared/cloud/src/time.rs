//! Waiting: by the machine's timers, or in a simulation by a clock that jumps to the next timer.

use std::time::Duration;

/// Waits this long.
pub(crate) async fn sleep(time: Duration) {
    #[cfg(feature = "testing")]
    if let Some(sleep) = crate::testing::simulation::sleep(time) {
        return sleep.await;
    }
    tokio::time::sleep(time).await;
}
