//! The time that a request has, and how long its retries may take.

use std::pin::pin;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use futures::future::{Either, select};

use crate::PortError;
use crate::calls::Call;
use crate::time::{moment, sleep};

/// How long a conflict is waited out where no request has a deadline: the message comes back by its queue.
const WITHOUT_DEADLINE: Duration = Duration::from_secs(3);

tokio::task_local! {
    /// See [`moment`].
    static DEADLINE: Duration;
}

/// Works on a request for this long at the most; `None` where it was not done by then. Calls that are under way are
/// given up, and no retry begins that would end after the deadline.
pub async fn within<F: Future>(time: Duration, work: F) -> Option<F::Output> {
    let deadline = moment().saturating_add(time);
    let work = pin!(DEADLINE.scope(deadline, work));
    match select(work, pin!(sleep(time))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

/// Waits between the tries of a write that conflicts, as long as the request has time. A conflict lasts a few
/// milliseconds.
pub(crate) struct Patience {
    end: Duration,
    pauses: ExponentialBackoff,
}

impl Patience {
    pub(crate) fn new() -> Self {
        let deadline = DEADLINE.try_with(|deadline| *deadline);
        Self {
            end: deadline.unwrap_or_else(|_| moment() + WITHOUT_DEADLINE),
            pauses: ExponentialBuilder::default()
                .with_jitter()
                .with_min_delay(Duration::from_millis(10))
                .with_max_delay(Duration::from_millis(300))
                .without_max_times()
                .build(),
        }
    }

    /// Waits before another try; false where no time is left for it.
    pub(crate) async fn pause(&mut self) -> bool {
        let Some(pause) = self.pauses.next() else {
            return false;
        };
        if moment() + pause >= self.end {
            return false;
        }
        sleep(pause).await;
        true
    }

    /// The same, where the end of patience is a failed call.
    pub(crate) async fn pause_or_fail(&mut self, call: Call) -> Result<(), PortError> {
        if self.pause().await {
            return Ok(());
        }
        tracing::warn!(%call, error = "conflict at every try", "AWS call failed");
        Err(call.failed())
    }
}
