//! Which provider an edit's next attempt goes to.

use domain::breaker::{Breaker, Breakers, Gate, OpenReason};
use domain::budget::Tenant;
use domain::edit::{FALLBACK_PATIENCE, Route};
use domain::{Edit, Settings, TaskId};
use jiff::Timestamp;
use providers::{counterpart, prompt_limits};

/// The route to the fallback provider; `None` where the settings name none, where it has no model for the job or refuses
/// the prompt's length, or where the edit has been there already.
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

/// Until when an edit stays with its provider: its deadline, minus the time that a fallback needs.
pub(crate) fn patience_ends(edit: &Edit, fallback: Option<&Route>) -> Timestamp {
    let before_fallback = fallback.and_then(|_| edit.deadline_at.checked_sub(FALLBACK_PATIENCE).ok());
    before_fallback.unwrap_or(edit.deadline_at)
}

/// Where an edit's next attempt may go now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Destination {
    Provider {
        /// `None`: to the edit's own provider.
        route: Option<Route>,
        /// The attempt is this breaker's probe; the breaker must be written before the attempt is sent.
        probe: Option<Breaker>,
    },
    /// No provider takes attempts now.
    OutOfService {
        /// Why the edit's own provider is out of service.
        reason: OpenReason,
        /// When the next look is worthwhile; `None` where only an operator can tell.
        retry_at: Option<Timestamp>,
    },
}

/// The destination of an edit's next attempt: its own provider if that is in service, else the fallback if that is.
pub(crate) fn destination(
    edit: &Edit,
    fallback: Option<Route>,
    breakers: &Breakers,
    now: Timestamp,
) -> Destination {
    let attempt = TaskId::derive(edit.id, edit.attempt + 1);
    let (reason, retry_at) = match breakers.of(edit.provider).gate(attempt, now) {
        Gate::Pass => return to_provider(None, None),
        Gate::Probe(next) => return to_provider(None, Some(next)),
        Gate::Shut { reason, until } => (reason, until),
    };
    let Some(route) = fallback else {
        return Destination::OutOfService { reason, retry_at };
    };
    match breakers.of(route.provider).gate(attempt, now) {
        Gate::Pass => to_provider(Some(route), None),
        Gate::Probe(next) => to_provider(Some(route), Some(next)),
        Gate::Shut { until: there, .. } => Destination::OutOfService {
            reason,
            retry_at: retry_at.into_iter().chain(there).min(),
        },
    }
}

const fn to_provider(route: Option<Route>, probe: Option<Breaker>) -> Destination {
    Destination::Provider { route, probe }
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::breaker::Signal;
    use domain::budget::BudgetCaps;
    use domain::edit::{FailureCode, Origin, Status, Step};
    use domain::settings::ProviderMode;
    use domain::{EditId, MicroUsd, PhotoId, ProviderName};

    use super::*;

    pub(crate) fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    /// A queued edit of a model that both providers have.
    pub(crate) fn queued() -> Edit {
        Edit {
            id: EditId::new(at(0), 1),
            event_id: "e1".parse().unwrap(),
            tenant_id: "t1".parse().unwrap(),
            event_slug: "party".parse().unwrap(),
            photo_id: PhotoId::new(at(0), 2),
            origin: Origin::Tenant,
            counts_for_guest: false,
            counts_for_event: false,
            arrival: None,
            idempotency_key: None,
            status: Status::Queued,
            style_key: None,
            style_version: None,
            prompt: None,
            negative_prompt: None,
            rendered_prompt: "as a comic".to_owned(),
            rendered_negative_prompt: None,
            provider: ProviderName::Runware,
            model: "google:4@3".to_owned(),
            seed: None,
            attempt: 0,
            attempts: Vec::new(),
            polls: 0,
            provider_latency_ms: None,
            month: "2026-11".to_owned(),
            estimate_micro_usd: Some(MicroUsd::new(40_000)),
            reserved_micro_usd: MicroUsd::new(40_000),
            cost_micro_usd: None,
            output: None,
            provider_url: None,
            failure: None,
            review: None,
            deleted_at: None,
            created_at: at(0),
            updated_at: at(0),
            completed_at: None,
            deadline_at: at(600),
        }
    }

    pub(crate) fn claimed(edit: &Edit, second: i64) -> Edit {
        let claim = Step::Claim {
            route: None,
            mode: ProviderMode::Live,
            held: false,
        };
        edit.step(claim, at(second)).unwrap().edit
    }

    pub(crate) fn with_fal() -> Settings {
        Settings {
            fallback_provider: Some(ProviderName::Fal),
            ..Settings::default()
        }
    }

    pub(crate) fn shut(provider: ProviderName, breakers: &Breakers, second: i64) -> Breakers {
        let signal = Signal::Refuses(OpenReason::Quota);
        let attempt = TaskId::derive(EditId::new(at(0), 99), 1);
        let mut breakers = *breakers;
        let change = breakers.of(provider).after(signal, attempt, at(second)).unwrap();
        *breakers.of_mut(provider) = change.next;
        breakers
    }

    #[test]
    fn the_fallback_brings_its_own_model_and_price_under_the_tenants_cap() {
        let tenant = Tenant {
            id: "t1".parse().unwrap(),
            name: String::new(),
            budget: BudgetCaps {
                hard_cap_micro_usd: Some(MicroUsd::new(1_000_000)),
                ..BudgetCaps::default()
            },
            watermark: None,
        };
        let route = fallback(&queued(), &with_fal(), Some(&tenant), at(1)).unwrap();
        assert_eq!(route.provider, ProviderName::Fal);
        assert_eq!(route.model, "fal-ai/nano-banana-2/edit");
        assert_eq!(route.estimate, MicroUsd::new(80_000));
        assert_eq!(route.cap, Some(MicroUsd::new(1_000_000)));
    }

    #[test]
    fn no_fallback_exists_without_a_setting_a_model_or_a_fitting_prompt_or_for_a_provider_already_tried() {
        let none = |edit: &Edit, settings: &Settings| assert_eq!(fallback(edit, settings, None, at(1)), None);
        none(&queued(), &Settings::default());
        let same = Settings {
            fallback_provider: Some(ProviderName::Runware),
            ..Settings::default()
        };
        none(&queued(), &same);
        let own_model = Edit {
            model: "runware:400@2".to_owned(),
            ..queued()
        };
        none(&own_model, &with_fal());
        let wordy = Edit {
            rendered_prompt: "x".repeat(1_000_000),
            ..queued()
        };
        none(&wordy, &with_fal());
        let route = fallback(&queued(), &with_fal(), None, at(1)).unwrap();
        let over = Step::Retry {
            code: FailureCode::ProviderError,
            detail: String::new(),
            polls: 0,
            cost: None,
            route: Some(route),
        };
        let moved = claimed(&queued(), 1).step(over, at(2)).unwrap().edit;
        none(&moved, &same);
        none(&moved, &with_fal());
    }

    #[test]
    fn an_attempt_goes_to_its_own_provider_else_to_the_fallback_else_waits_for_the_earlier_return() {
        let edit = queued();
        let route = fallback(&edit, &with_fal(), None, at(1));
        let well = Breakers::default();
        let down = shut(ProviderName::Runware, &well, 0);
        let both = shut(ProviderName::Fal, &down, 5);
        let provider = |route: Option<Route>| Destination::Provider { route, probe: None };
        assert_eq!(destination(&edit, route.clone(), &well, at(6)), provider(None));
        assert_eq!(
            destination(&edit, route.clone(), &down, at(6)),
            provider(route.clone())
        );
        let out_of_service = |second| Destination::OutOfService {
            reason: OpenReason::Quota,
            retry_at: Some(at(second)),
        };
        assert_eq!(destination(&edit, None, &down, at(6)), out_of_service(15));
        assert_eq!(
            destination(&edit, route.clone(), &both, at(6)),
            out_of_service(15),
            "the earlier of 15 and 20"
        );
        // Once the breaker's wait is over, the attempt is the probe.
        match destination(&edit, route, &down, at(16)) {
            Destination::Provider {
                route: None,
                probe: Some(probe),
            } => assert_eq!(probe.version, down.of(ProviderName::Runware).version + 1),
            other => panic!("{other:?}"),
        }
    }
}
