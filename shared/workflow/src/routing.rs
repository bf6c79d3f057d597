//! Which provider an edit's next attempt goes to.

use domain::breaker::{Breaker, Breakers, Gate, OpenReason};
use domain::budget::Tenant;
use domain::edit::{FALLBACK_PATIENCE, Route};
use domain::{Edit, Settings, TaskId};
use jiff::Timestamp;
use providers::{counterpart, prompt_limits};

/// The way to the provider that takes over; `None` where there is none, where it has no such model or does not take
/// the prompt, or where the edit has been there already.
pub(crate) fn fallback(
    edit: &Edit,
    settings: &Settings,
    tenant: Option<&Tenant>,
    now: Timestamp,
) -> Option<Route> {
    let provider = settings
        .fallback_provider
        .filter(|provider| edit.may_move_to(*provider))?;
    let there = counterpart(edit.provider, &edit.model, provider)?;
    prompt_limits(provider, there.model)
        .allow(&edit.rendered_prompt)
        .then(|| Route {
            provider,
            model: there.model.to_owned(),
            estimate: there.estimate.unwrap_or_else(|| edit.estimate()),
            cap: tenant.and_then(|tenant| tenant.budget.enforced_cap(now)),
        })
}

/// Until when an edit stays with its provider: to its deadline, less what another one needs.
pub(crate) fn patience_ends(edit: &Edit, fallback: Option<&Route>) -> Timestamp {
    let left_to_another = fallback.and_then(|_| edit.deadline_at.checked_sub(FALLBACK_PATIENCE).ok());
    left_to_another.unwrap_or(edit.deadline_at)
}

/// Where an edit's next attempt may go now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Way {
    /// To a provider.
    Open {
        /// Another than the edit's own.
        route: Option<Route>,
        /// To be written before anything is sent: the attempt is this breaker's probe then.
        probe: Option<Breaker>,
    },
    /// Nowhere.
    Shut {
        /// Why not to its own.
        reason: OpenReason,
        /// When it is worth another look; `None` where only an operator knows.
        until: Option<Timestamp>,
    },
}

/// The way of an edit's next attempt: to its own provider if that is in service, else to the fallback if that is.
pub(crate) fn way(edit: &Edit, fallback: Option<Route>, breakers: &Breakers, now: Timestamp) -> Way {
    let attempt = TaskId::derive(edit.id, edit.attempt + 1);
    let (reason, until) = match breakers.of(edit.provider).gate(attempt, now) {
        Gate::Pass => return open(None, None),
        Gate::Probe(next) => return open(None, Some(next)),
        Gate::Shut { reason, until } => (reason, until),
    };
    let Some(route) = fallback else {
        return Way::Shut { reason, until };
    };
    match breakers.of(route.provider).gate(attempt, now) {
        Gate::Pass => open(Some(route), None),
        Gate::Probe(next) => open(Some(route), Some(next)),
        Gate::Shut { until: there, .. } => Way::Shut {
            reason,
            until: until.into_iter().chain(there).min(),
        },
    }
}

const fn open(route: Option<Route>, probe: Option<Breaker>) -> Way {
    Way::Open { route, probe }
}
