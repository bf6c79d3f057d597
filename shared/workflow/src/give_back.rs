//! What follows an attempt that came to nothing: another one at the same provider, one at the provider that takes
//! over, or the end.

use cloud::{Cloud, EditInContext, MoveError};
use std::time::Duration;

use domain::breaker::Breakers;
use domain::edit::{Route, Step};
use domain::message::SubmitMessage;
use domain::{Edit, FailureCode, MicroUsd, Settings, TaskId};
use jiff::{SignedDuration, Timestamp};
use providers::ProviderError;

use crate::health::{report, signal_of};
use crate::routing::{fallback, patience_ends};
use crate::signals;
use crate::work_error::WorkError;

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Ended<'a> {
    /// The edit, processing.
    pub(crate) edit: &'a Edit,
    /// What was read with it.
    pub(crate) found: &'a EditInContext,
    /// How it failed.
    pub(crate) error: ProviderError,
    /// Polls it took.
    pub(crate) polls: u32,
    /// What the provider is taken to charge all the same.
    pub(crate) cost: Option<MicroUsd>,
    /// Whether it is the provider's doing.
    pub(crate) says_something: bool,
}

/// What follows.
#[derive(Debug, PartialEq)]
enum Next {
    /// Another attempt there, after this time.
    Again(Duration),
    /// One at another provider.
    Elsewhere(Route),
    /// None.
    Nothing,
}

/// Ends an attempt of which nothing more is expected, and does what follows.
pub(crate) async fn give_back(cloud: &Cloud, settings: &Settings, ended: Ended<'_>) -> Result<(), WorkError> {
    let Ended {
        edit,
        found,
        error,
        polls,
        cost,
        says_something,
    } = ended;
    let mut breakers = found.breakers;
    if let Some(signal) = signal_of(edit, edit.provider, &error).filter(|_| says_something) {
        let known = *breakers.of(edit.provider);
        let attempt = TaskId::derive(edit.id, edit.attempt);
        *breakers.of_mut(edit.provider) = report(cloud, edit.provider, &known, attempt, signal).await;
    }
    let now = cloud.now();
    let another = fallback(edit, settings, found.tenant.as_ref(), now);
    let (code, detail) = (error.class.failure_code(), error.to_string());
    let next = next(edit, &error, another, &breakers, now);
    let (wait, route) = match next {
        Next::Nothing => return end_edit(cloud, edit, code, detail, polls, cost).await,
        Next::Again(wait) => (wait, None),
        Next::Elsewhere(route) => (HANDOVER, Some(route)),
    };
    // The message first: if the move is not written, the message finds the edit still processing and does nothing.
    let (queue, message) = (settings.queue_name.as_deref(), SubmitMessage::of(edit));
    cloud.send_submit(queue, &message, wait).await?;
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
    match cloud.apply(&made).await {
        Err(MoveError::OverBudget) => {
            let why = format!("no room in the budget for {} after {detail}", made.edit.provider);
            end_edit(cloud, edit, FailureCode::BudgetHardCapReached, why, polls, cost).await
        }
        // The message was faster, found nothing to do and is gone.
        Ok(()) if cloud.now().duration_since(now).unsigned_abs() >= wait => {
            Ok(cloud.send_submit(queue, &message, Duration::ZERO).await?)
        }
        other => WorkError::unless_superseded(other),
    }
}

/// Long enough for the move to be written before the message arrives.
const HANDOVER: Duration = Duration::from_secs(2);

fn next(
    edit: &Edit,
    error: &ProviderError,
    another: Option<Route>,
    breakers: &Breakers,
    now: Timestamp,
) -> Next {
    let another = another.filter(|_| error.class.may_fall_back() && now < edit.deadline_at);
    let wait = error
        .retry_after
        .unwrap_or(Duration::ZERO)
        .max(retry_delay(edit.tries_at(edit.provider)));
    let is_in_time = now
        .checked_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX))
        .is_ok_and(|then| then < patience_ends(edit, another.as_ref()));
    let again = error.may_be_repeated() && edit.may_retry(now) && is_in_time;
    let is_out = |provider| breakers.of(provider).outage().is_some();
    match another {
        Some(route) if !again || (is_out(edit.provider) && !is_out(route.provider)) => Next::Elsewhere(route),
        _ if again => Next::Again(wait),
        _ => Next::Nothing,
    }
}

/// 2, 4, 8 s: long enough for the move to be written before the message arrives, short for a guest.
fn retry_delay(tries: u32) -> Duration {
    Duration::from_secs(1 << tries.clamp(1, 5))
}

async fn end_edit(
    cloud: &Cloud,
    edit: &Edit,
    code: FailureCode,
    detail: String,
    polls: u32,
    cost: Option<MicroUsd>,
) -> Result<(), WorkError> {
    let last = Step::Fail {
        code,
        detail,
        polls,
        cost,
    };
    step(cloud, edit, last).await
}

/// Applies a step; that somebody else was faster is as good.
pub(crate) async fn step(cloud: &Cloud, edit: &Edit, step: Step) -> Result<(), WorkError> {
    let Ok(made) = edit.step(step, cloud.now()) else {
        return Ok(());
    };
    if let Some(failure) = &made.edit.failure {
        let (code, status) = (failure.code.code(), made.edit.status.as_str());
        tracing::info!(edit_id = %edit.id, code, status, detail = failure.detail, "edit ended");
    }
    match cloud.apply(&made).await {
        Ok(()) => {
            signals::ended(cloud, &made.edit).await;
            Ok(())
        }
        lost => WorkError::unless_superseded(lost),
    }
}

/// The end of an edit without a picture, for which nothing is charged.
pub(crate) fn end(code: FailureCode, detail: String, polls: u32) -> Step {
    Step::Fail {
        code,
        detail,
        polls,
        cost: None,
    }
}

#[cfg(test)]
mod tests {
    use domain::ProviderName;
    use providers::{Acceptance, ErrorClass};

    use super::*;
    use crate::routing::tests::{at, claimed, queued, shut, with_fal};

    fn failed(class: ErrorClass) -> ProviderError {
        ProviderError::new(class, "x", "y", Acceptance::Refused)
    }

    /// An edit at its so manieth attempt with its first provider.
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
        with_another: bool,
        breakers: &Breakers,
        second: i64,
    ) -> Next {
        let another = with_another.then(|| fallback(edit, &with_fal(), None, at(second)).unwrap());
        next(edit, error, another, breakers, at(second))
    }

    fn name(next: &Next) -> &'static str {
        match next {
            Next::Again(_) => "again",
            Next::Elsewhere(_) => "elsewhere",
            Next::Nothing => "nothing",
        }
    }

    #[test]
    fn each_class_goes_its_way_at_the_first_and_at_the_last_try_with_and_without_another() {
        let well = Breakers::default();
        for class in ErrorClass::ALL.iter().copied() {
            let expected = match class {
                ErrorClass::RateLimit | ErrorClass::Timeout | ErrorClass::Server | ErrorClass::Provider => {
                    ["again", "again", "elsewhere", "nothing"]
                }
                ErrorClass::Auth | ErrorClass::Quota => ["elsewhere", "nothing", "elsewhere", "nothing"],
                ErrorClass::Safety | ErrorClass::Validation | ErrorClass::NotFound | ErrorClass::Conflict => {
                    ["nothing"; 4]
                }
            };
            let found = [(1, true), (1, false), (3, true), (3, false)]
                .map(|(tries, another)| name(&after(&tried(tries), &failed(class), another, &well, 4)));
            assert_eq!(found, expected, "{class}");
        }
    }

    #[test]
    fn what_may_be_at_the_provider_is_not_sent_there_again() {
        let unknown = ProviderError::new(ErrorClass::Timeout, "x", "y", Acceptance::Unknown);
        let well = Breakers::default();
        assert_eq!(name(&after(&tried(1), &unknown, false, &well, 4)), "nothing");
        assert_eq!(name(&after(&tried(1), &unknown, true, &well, 4)), "elsewhere");
    }

    #[test]
    fn nobody_waits_longer_than_there_is_time() {
        let well = Breakers::default();
        let mut busy = failed(ErrorClass::RateLimit);
        busy.retry_after = Some(Duration::from_secs(100));
        let edit = tried(1);
        let wait = after(&edit, &busy, true, &well, 4);
        assert_eq!(wait, Next::Again(Duration::from_secs(100)));
        // The other one's three minutes begin at 420.
        assert_eq!(name(&after(&edit, &busy, true, &well, 330)), "elsewhere");
        assert_eq!(name(&after(&edit, &busy, false, &well, 330)), "again");
        assert_eq!(name(&after(&edit, &busy, false, &well, 510)), "nothing");
        assert_eq!(
            name(&after(&edit, &busy, true, &well, 600)),
            "nothing",
            "the deadline"
        );
    }

    #[test]
    fn while_the_provider_is_out_of_service_the_other_one_is_asked_at_once_unless_it_is_out_too() {
        let down = shut(ProviderName::Runware, &Breakers::default(), 0);
        let both = shut(ProviderName::Fal, &down, 0);
        let error = failed(ErrorClass::Server);
        assert_eq!(name(&after(&tried(1), &error, true, &down, 4)), "elsewhere");
        assert_eq!(name(&after(&tried(1), &error, true, &both, 4)), "again");
        assert_eq!(name(&after(&tried(1), &error, false, &down, 4)), "again");
    }
}
