//! What attempts tell about their providers, written into the circuit breakers that all workers share.

use domain::breaker::{Breaker, OpenReason, Signal};
use domain::edit::Attempt;
use domain::{Edit, ProviderName, TaskId};
use providers::{Acceptance, ErrorClass, Output, ProviderError};

use crate::signals;
use crate::worker::{LoadedEdit, Worker};

/// Writes to a breaker before giving up; losing a race against another worker costs one.
const MAX_WRITE_TRIES: usize = 3;

/// What a failed attempt tells about its provider; `None`: nothing.
pub(crate) fn signal_of(edit: &Edit, provider: ProviderName, error: &ProviderError) -> Option<Signal> {
    let is_our_own = error.acceptance == Acceptance::NotSent;
    match error.class {
        ErrorClass::Auth => Some(Signal::Refuses(OpenReason::Auth)),
        ErrorClass::Quota => Some(Signal::Refuses(OpenReason::Quota)),
        ErrorClass::Safety => Some(Signal::Works),
        ErrorClass::Validation => (!is_our_own).then_some(Signal::Works),
        ErrorClass::RateLimit | ErrorClass::Timeout | ErrorClass::Server | ErrorClass::Provider => {
            Some(Signal::Fails {
                first: edit.tries_at(provider) <= 1,
            })
        }
        // The provider may have cleared the task away because of us, or because of one model.
        ErrorClass::NotFound | ErrorClass::Conflict => None,
    }
}

/// What a finished attempt tells about its provider. One that finishes without pictures does not work.
pub(crate) fn signal_of_output(edit: &Edit, provider: ProviderName, output: &Output) -> Signal {
    if output.is_made() {
        return Signal::Works;
    }
    Signal::Fails {
        first: edit.tries_at(provider) <= 1,
    }
}

impl Worker<'_> {
    /// Counts an attempt's signal in the provider's breaker and returns the breaker afterwards. Usually nothing has to
    /// be written. A breaker that cannot be written fails no edit.
    pub(crate) async fn report(
        &self,
        provider: ProviderName,
        known: &Breaker,
        attempt: TaskId,
        signal: Signal,
    ) -> Breaker {
        let mut breaker = *known;
        for _ in 0..MAX_WRITE_TRIES {
            let Some(change) = breaker.after(signal, attempt, self.now()) else {
                return breaker;
            };
            match self.cloud.save_breaker(provider, &change.next).await {
                Ok(true) => {
                    if let Some(transition) = change.transition {
                        signals::breaker(self.cloud, provider, transition).await;
                    }
                    return change.next;
                }
                Ok(false) => match self.cloud.breakers().await {
                    Ok(breakers) => breaker = *breakers.of(provider),
                    Err(error) => {
                        tracing::warn!(%provider, %error, "circuit breaker not read");
                        return breaker;
                    }
                },
                Err(error) => {
                    tracing::warn!(%provider, %error, "circuit breaker not written");
                    return breaker;
                }
            }
        }
        breaker
    }

    /// Counts that the provider finished an attempt with this output.
    pub(crate) async fn report_finished(&self, loaded: &LoadedEdit, attempt: &Attempt, signal: Signal) {
        let known = loaded.breakers.of(attempt.provider);
        self.report(attempt.provider, known, attempt.task_id, signal)
            .await;
    }
}
