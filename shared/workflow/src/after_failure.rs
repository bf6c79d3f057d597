//! What follows a failed attempt: a retry at the same provider, a fallback to the other one, or the end of the edit.

use std::time::Duration;

use cloud::MoveError;
use domain::breaker::Breakers;
use domain::edit::{Route, Step};
use domain::message::SubmitMessage;
use domain::{Edit, FailureCode, TaskId};
use jiff::{SignedDuration, Timestamp};
use providers::ProviderError;

use crate::breaker::signal_of;
use crate::error::WorkError;
use crate::routing::{fallback, patience_ends};
use crate::worker::{LoadedEdit, Worker};

/// Delay of the submit message after a fallback: long enough for the move to be written first.
const FALLBACK_DELAY: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct FailedAttempt<'a> {
    /// The edit, processing.
    pub(crate) loaded: &'a LoadedEdit,
    /// With what the attempt costs all the same.
    pub(crate) error: ProviderError,
    pub(crate) polls: u32,
    /// The failure counts in the provider's circuit breaker.
    pub(crate) blames_provider: bool,
}

#[derive(Debug, PartialEq)]
enum FollowUp {
    /// At the same provider, after this delay.
    Retry(Duration),
    FallBack(Route),
    End,
}

impl Worker<'_> {
    /// Ends an attempt and starts what follows.
    pub(crate) async fn after_failure(&self, failed: FailedAttempt<'_>) -> Result<(), WorkError> {
        let FailedAttempt {
            loaded,
            error,
            polls,
            blames_provider,
        } = failed;
        let cost = error.cost;
        let edit = &loaded.edit;
        let mut breakers = loaded.breakers;
        if let Some(signal) = signal_of(edit, edit.provider, &error).filter(|_| blames_provider) {
            let known = *breakers.of(edit.provider);
            let attempt = TaskId::derive(edit.id, edit.attempt);
            *breakers.of_mut(edit.provider) = self.report(edit.provider, &known, attempt, signal).await;
        }
        let now = self.now();
        let fallback = fallback(edit, &self.settings, loaded.tenant.as_ref(), now);
        let (code, detail) = (error.class.failure_code(), error.to_string());
        let fail = |code, detail| Step::Fail {
            code,
            detail,
            polls,
            cost,
        };
        let (delay, route) = match follow_up(edit, &error, fallback, &breakers, now) {
            FollowUp::End => return self.step(edit, fail(code, detail)).await,
            FollowUp::Retry(delay) => (delay, None),
            FollowUp::FallBack(route) => (FALLBACK_DELAY, Some(route)),
        };
        // The message first: if the move is not written, the message finds the edit still processing and does nothing.
        let message = SubmitMessage::of(edit);
        self.send_submit(&message, delay).await?;
        let retry = Step::Retry {
            code,
            detail: detail.clone(),
            polls,
            cost,
            route,
        };
        let Ok(made) = edit.step(retry, now) else {
            return Ok(());
        };
        if made.edit.provider != edit.provider {
            tracing::info!(edit_id = %edit.id, from = %edit.provider, to = %made.edit.provider, detail, "edit falls back");
        }
        match self.cloud.apply(&made).await {
            Err(MoveError::OverBudget) => {
                let detail = format!("no room in the budget for {} after {detail}", made.edit.provider);
                self.step(edit, fail(FailureCode::BudgetHardCapReached, detail))
                    .await
            }
            // The message may have arrived before the move, found nothing to do and be gone.
            Ok(()) if self.now().duration_since(now).unsigned_abs() >= delay => {
                self.send_submit(&message, Duration::ZERO).await
            }
            other => WorkError::unless_superseded(other),
        }
    }
}

fn follow_up(
    edit: &Edit,
    error: &ProviderError,
    fallback: Option<Route>,
    breakers: &Breakers,
    now: Timestamp,
) -> FollowUp {
    let fallback = fallback.filter(|_| error.class.may_fall_back() && now < edit.deadline_at);
    let delay = error
        .retry_after
        .unwrap_or(Duration::ZERO)
        .max(retry_delay(edit.tries_at(edit.provider)));
    let is_in_time = now
        .checked_add(SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX))
        .is_ok_and(|then| then < patience_ends(edit, fallback.as_ref()));
    let may_retry = error.may_be_repeated() && edit.may_retry(now) && is_in_time;
    let is_out = |provider| breakers.of(provider).outage().is_some();
    match fallback {
        Some(route) if !may_retry || (is_out(edit.provider) && !is_out(route.provider)) => {
            FollowUp::FallBack(route)
        }
        _ if may_retry => FollowUp::Retry(delay),
        _ => FollowUp::End,
    }
}

/// 2, 4, 8 s: long enough for the move to be written before the message arrives, short for a guest.
fn retry_delay(tries: u32) -> Duration {
    Duration::from_secs(1 << tries.clamp(1, 5))
}

#[cfg(test)]
mod tests {
    use domain::{MicroUsd, ProviderName};
    use providers::{Acceptance, ErrorClass};

    use super::*;
    use crate::routing::tests::{at, claimed, queued, shut, with_fal};

    fn failed(class: ErrorClass) -> ProviderError {
        ProviderError::new(class, "x", "y", Acceptance::Refused)
    }

    /// An edit that is at this attempt with its first provider.
    fn tried(times: u32) -> Edit {
        let mut edit = claimed(&queued(), 1);
        for _ in 1..times {
            let retry = Step::Retry {
                code: FailureCode::ProviderError,
                detail: String::new(),
                polls: 0,
                cost: None,
                route: None,
            };
            edit = claimed(&edit.step(retry, at(2)).unwrap().edit, 3);
        }
        edit
    }

    fn after(
        edit: &Edit,
        error: &ProviderError,
        with_fallback: bool,
        breakers: &Breakers,
        second: i64,
    ) -> FollowUp {
        let fallback = with_fallback.then(|| fallback(edit, &with_fal(), None, at(second)).unwrap());
        follow_up(edit, error, fallback, breakers, at(second))
    }

    fn name(follow_up: &FollowUp) -> &'static str {
        match follow_up {
            FollowUp::Retry(_) => "retry",
            FollowUp::FallBack(_) => "fall back",
            FollowUp::End => "end",
        }
    }

    #[test]
    fn every_error_class_decides_what_follows_the_first_and_the_last_try_with_and_without_a_fallback() {
        let well = Breakers::default();
        for class in ErrorClass::ALL.iter().copied() {
            let expected = match class {
                ErrorClass::RateLimit | ErrorClass::Timeout | ErrorClass::Server | ErrorClass::Provider => {
                    ["retry", "retry", "fall back", "end"]
                }
                ErrorClass::Auth | ErrorClass::Quota => ["fall back", "end", "fall back", "end"],
                ErrorClass::Safety | ErrorClass::Validation | ErrorClass::NotFound | ErrorClass::Conflict => {
                    ["end"; 4]
                }
            };
            let found = [(1, true), (1, false), (3, true), (3, false)]
                .map(|(tries, fallback)| name(&after(&tried(tries), &failed(class), fallback, &well, 4)));
            assert_eq!(found, expected, "{class}");
        }
    }

    #[test]
    fn an_attempt_that_may_be_at_the_provider_is_not_repeated_there() {
        let unknown = ProviderError::new(ErrorClass::Timeout, "x", "y", Acceptance::Unknown);
        let well = Breakers::default();
        assert_eq!(name(&after(&tried(1), &unknown, false, &well, 4)), "end");
        assert_eq!(name(&after(&tried(1), &unknown, true, &well, 4)), "fall back");
    }

    #[test]
    fn an_attempt_that_costs_money_all_the_same_is_not_repeated_there() {
        let well = Breakers::default();
        for (cost, expected) in [
            (None, "retry"),
            (Some(0), "retry"),
            (Some(39_000), "end"),
            (Some(-1), "end"),
        ] {
            let paid = failed(ErrorClass::Provider).at_cost(cost.map(MicroUsd::new));
            assert_eq!(
                name(&after(&tried(1), &paid, false, &well, 4)),
                expected,
                "{cost:?}"
            );
        }
        let paid = failed(ErrorClass::Provider).at_cost(Some(MicroUsd::new(39_000)));
        assert_eq!(name(&after(&tried(1), &paid, true, &well, 4)), "fall back");
    }

    #[test]
    fn a_retry_never_waits_past_the_time_that_is_left() {
        let well = Breakers::default();
        let mut busy = failed(ErrorClass::RateLimit);
        busy.retry_after = Some(Duration::from_secs(100));
        let edit = tried(1);
        let follow_up = after(&edit, &busy, true, &well, 4);
        assert_eq!(follow_up, FollowUp::Retry(Duration::from_secs(100)));
        // The fallback's three minutes begin at 420.
        assert_eq!(name(&after(&edit, &busy, true, &well, 330)), "fall back");
        assert_eq!(name(&after(&edit, &busy, false, &well, 330)), "retry");
        assert_eq!(name(&after(&edit, &busy, false, &well, 510)), "end");
        assert_eq!(
            name(&after(&edit, &busy, true, &well, 600)),
            "end",
            "the deadline"
        );
    }

    #[test]
    fn an_edit_leaves_a_provider_in_outage_at_once_unless_the_fallback_is_out_too() {
        let down = shut(ProviderName::Runware, &Breakers::default(), 0);
        let both = shut(ProviderName::Fal, &down, 0);
        let error = failed(ErrorClass::Server);
        assert_eq!(name(&after(&tried(1), &error, true, &down, 4)), "fall back");
        assert_eq!(name(&after(&tried(1), &error, true, &both, 4)), "retry");
        assert_eq!(name(&after(&tried(1), &error, false, &down, 4)), "retry");
    }
}
