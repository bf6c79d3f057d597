//! What attempts tell of their providers, into the circuit breakers that all workers share.

use cloud::Cloud;
use domain::breaker::{Breaker, OpenReason, Signal};
use domain::{Edit, ProviderName, TaskId};
use providers::{Acceptance, ErrorClass, ProviderError};

use crate::signals;

/// How often a breaker is read anew where somebody else has written in between.
const ROUNDS: usize = 3;

/// What a failed attempt says about its provider; `None`: nothing.
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
        // What it has cleared away may be our fault, or a whim of one model's.
        ErrorClass::NotFound | ErrorClass::Conflict => None,
    }
}

/// Takes an attempt's signal into account, and returns the breaker as it is afterwards. In the usual case nothing has
/// to be written. A breaker that cannot be written fails no edit.
pub(crate) async fn report(
    cloud: &Cloud,
    provider: ProviderName,
    known: &Breaker,
    attempt: TaskId,
    signal: Signal,
) -> Breaker {
    let mut breaker = *known;
    for _ in 0..ROUNDS {
        let Some(change) = breaker.after(signal, attempt, cloud.now()) else {
            return breaker;
        };
        match cloud.save_breaker(provider, &change.next).await {
            Ok(true) => {
                if let Some(transition) = change.transition {
                    signals::breaker(cloud, provider, transition).await;
                }
                return change.next;
            }
            Ok(false) => match cloud.breakers().await {
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
