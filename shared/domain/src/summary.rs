//! An event's month at a glance: counts, rates, latency, spend and checks.
//!
//! Pure arithmetic over what one batch read brings, so that its cost does not grow with the number of
//! edits. Everything counts edits of one month (UTC): an edit belongs to the month in which it was admitted.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use strum::{IntoStaticStr, VariantArray};

use crate::breaker::Breakers;
use crate::budget::{BudgetCaps, BudgetMonth};
use crate::context::hour_of;
use crate::event::Event;
use crate::figures::Figures;
use crate::guard::style::{self, Access};
use crate::guard::{CounterpartCost, GrantedBy, entitlement, reserve};
use crate::latency::LatencyHistogram;
use crate::money::MicroUsd;
use crate::settings::Settings;
use crate::style::Style;

/// The input of a summary.
#[derive(Debug, Clone, Copy)]
pub struct SummaryFacts<'a> {
    pub event: &'a Event,
    /// Its tenant's caps.
    pub caps: &'a BudgetCaps,
    /// The month that everything is counted in: `2026-11`.
    pub month: &'a str,
    /// The tenant's month.
    pub budget: BudgetMonth,
    /// The event's month.
    pub figures: &'a Figures,
    /// Provider latencies of the event's month.
    pub latencies: &'a LatencyHistogram,
    /// The circuit breakers of the providers.
    pub breakers: Breakers,
    /// Every style there is.
    pub styles: &'a [Style],
    /// In force now.
    pub settings: &'a Settings,
    /// The price of a counterpart elsewhere.
    pub counterpart_cost: CounterpartCost,
    /// The time of the request.
    pub now: Timestamp,
}

/// An event's month at a glance.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The event's edits of the month.
    pub figures: Figures,
    /// Shares of the finished edits.
    pub rates: Rates,
    /// Time at the provider.
    pub latency: Latency,
    /// Money.
    pub spend: Spend,
    /// Every check, in a fixed order.
    pub checks: Vec<Check>,
    /// What unlocked the feature for the event; `None`: it is locked.
    pub granted_by: Option<GrantedBy>,
}

/// Shares from 0 to 1 of the finished edits: succeeded, failed or blocked. One denominator for all of them, so that
/// they can be compared and added; `None` while nothing is finished.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Failed, for whatever reason.
    pub failure_rate: Option<f64>,
    /// Blocked by our prompt safety or by a provider's moderation.
    pub moderation_hit_rate: Option<f64>,
    /// Failed because of the provider.
    pub provider_failure_rate: Option<f64>,
    /// Finished edits.
    pub samples: u64,
}

/// Milliseconds from claim to result; `None` without samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// The mean.
    pub avg: Option<u64>,
    /// Half stay within it.
    pub p50: Option<u64>,
    /// 95 of 100 stay within it.
    pub p95: Option<u64>,
    /// Latencies measured.
    pub samples: u64,
}

/// Money of the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spend {
    /// `2026-11`, in UTC.
    pub month: String,
    /// Spent at this event.
    pub event: MicroUsd,
    /// Spent by the tenant, at all its events.
    pub tenant: MicroUsd,
    /// Reserved by the tenant for edits under way.
    pub reserved: MicroUsd,
    /// The tenant's caps.
    pub caps: BudgetCaps,
    /// How many edits of the cheapest style that the event may use fit under the cap; `None` where no cap is
    /// enforced now, or nothing costs anything.
    pub edits_left: Option<u64>,
}

/// Something that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray, utoipa::ToSchema)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[schema(rename_all = "snake_case")]
pub enum CheckId {
    /// [`Rates::failure_rate`] against `failure_rate_alert_threshold`.
    FailureRate,
    /// [`Latency::avg`] against `latency_warning_ms`.
    Latency,
    /// The tenant's committed amount against its soft cap.
    BudgetSoftCap,
    /// What the tenant has committed against its hard cap. It is reached as soon as not even the cheapest edit
    /// fits under it, also while it is overridden.
    BudgetHardCap,
    /// Whether a guest of the event is refused for the rest of this hour because of too many blocked prompts: 1 or 0.
    AbuseEscalation,
    /// Providers that nothing is sent to because they are down.
    Providers,
}

impl CheckId {
    /// All checks, in the order of the answer.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// The section of the runbook.
    pub const fn runbook(self) -> &'static str {
        match self {
            Self::FailureRate => "RUNBOOK.md#failure-rate",
            Self::Latency => "RUNBOOK.md#provider-latency",
            Self::BudgetSoftCap | Self::BudgetHardCap => "RUNBOOK.md#budget",
            Self::AbuseEscalation => "RUNBOOK.md#abuse",
            Self::Providers => "RUNBOOK.md#provider-out-of-service",
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, utoipa::ToSchema)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[schema(rename_all = "snake_case")]
pub enum CheckStatus {
    /// Nothing to do.
    Ok,
    /// The threshold is reached.
    Alert,
    /// Too few samples to say anything.
    InsufficientData,
}

impl CheckStatus {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// A figure that is compared: a share, or a whole number of whatever the check is about.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub enum Reading {
    /// 0 to 1.
    Share(f64),
    /// Milliseconds, micro-USD, guests or providers.
    Whole(i64),
}

/// A check and how it came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Check {
    pub id: CheckId,
    pub status: CheckStatus,
    /// The reading; `None` without samples.
    pub value: Option<Reading>,
    /// The threshold of the reading; `None`: none is set.
    pub threshold: Option<Reading>,
    /// On how many samples the value stands; `None` for what is counted, not sampled.
    pub samples: Option<u64>,
}

impl Summary {
    /// Works it out.
    pub fn of(facts: &SummaryFacts<'_>) -> Self {
        let rates = Rates::of(facts.figures);
        let latency = Latency::of(facts.figures, facts.latencies);
        let spend = Spend::of(facts);
        let checks = CheckId::ALL.iter().map(|id| check(*id, facts, &rates, &latency));
        Self {
            figures: facts.figures.clone(),
            rates,
            latency,
            spend,
            checks: checks.collect(),
            granted_by: entitlement::check(facts.event, facts.now).ok(),
        }
    }

    /// Whether a check's threshold is reached.
    pub fn alerts(&self, id: CheckId) -> bool {
        self.checks
            .iter()
            .any(|check| check.id == id && check.status == CheckStatus::Alert)
    }
}

impl Rates {
    /// The rates of these counters.
    pub fn of(figures: &Figures) -> Self {
        let finished: u64 = [figures.succeeded, figures.failed, figures.blocked]
            .map(count)
            .iter()
            .sum();
        Self {
            failure_rate: share(figures.failed, finished),
            moderation_hit_rate: share(figures.moderation_hits, finished),
            provider_failure_rate: share(figures.provider_failed, finished),
            samples: finished,
        }
    }
}

impl Latency {
    fn of(figures: &Figures, latencies: &LatencyHistogram) -> Self {
        Self {
            avg: figures.mean_latency_ms(),
            p50: latencies.percentile(50),
            p95: latencies.percentile(95),
            samples: count(figures.latency_samples),
        }
    }
}

impl Spend {
    fn of(facts: &SummaryFacts<'_>) -> Self {
        let SummaryFacts { budget, caps, .. } = facts;
        let left = caps
            .enforced_cap(facts.now)
            .map(|cap| (cap - budget.committed).max(MicroUsd::ZERO));
        let cheapest = cheapest(facts);
        Self {
            month: facts.month.to_owned(),
            event: MicroUsd::new(facts.figures.spent_micro_usd),
            tenant: budget.spent,
            reserved: budget.committed - budget.spent,
            caps: (*caps).clone(),
            edits_left: left
                .and_then(|left| left.get().checked_div(cheapest?.get()))
                .map(count),
        }
    }
}

/// The least that an edit of this event needs in the budget.
fn cheapest(facts: &SummaryFacts<'_>) -> Option<MicroUsd> {
    let open = facts
        .styles
        .iter()
        .filter(|style| style::access(style, facts.event, facts.now) == Access::Open);
    open.map(|style| reserve(style, facts.settings, facts.counterpart_cost))
        .min()
}

fn check(id: CheckId, facts: &SummaryFacts<'_>, rates: &Rates, latency: &Latency) -> Check {
    let committed = facts.budget.committed;
    let money = |amount: MicroUsd| Reading::Whole(amount.get());
    let (value, threshold, samples) = match id {
        CheckId::FailureRate => {
            let threshold = Reading::Share(facts.settings.failure_rate_alert_threshold);
            (
                rates.failure_rate.map(Reading::Share),
                Some(threshold),
                Some(rates.samples),
            )
        }
        CheckId::Latency => {
            let threshold = Reading::Whole(facts.settings.latency_warning_ms.into());
            (latency.avg.map(whole), Some(threshold), Some(latency.samples))
        }
        CheckId::BudgetSoftCap => (
            Some(money(committed)),
            facts.caps.soft_cap_micro_usd.map(money),
            None,
        ),
        CheckId::BudgetHardCap => (
            Some(money(committed)),
            facts.caps.hard_cap_micro_usd.map(money),
            None,
        ),
        CheckId::AbuseEscalation => {
            let last = facts.figures.abuse_escalated_at;
            let in_this_hour = last.is_some_and(|last| hour_of(last) == hour_of(facts.now));
            (Some(whole(in_this_hour.into())), Some(Reading::Whole(1)), None)
        }
        CheckId::Providers => {
            let down = u64::try_from(facts.breakers.out_of_service()).unwrap_or(u64::MAX);
            (Some(whole(down)), Some(Reading::Whole(1)), None)
        }
    };
    let too_few = samples.is_some_and(|samples| samples < facts.settings.failure_rate_min_samples.into());
    let reached = value
        .zip(threshold)
        .is_some_and(|(value, threshold)| value >= threshold);
    let status = match () {
        () if too_few => CheckStatus::InsufficientData,
        () if reached || (id == CheckId::BudgetHardCap && has_no_room(facts)) => CheckStatus::Alert,
        () => CheckStatus::Ok,
    };
    Check {
        id,
        status,
        value,
        threshold,
        samples,
    }
}

/// Whether the hard cap leaves no room for the cheapest edit.
fn has_no_room(facts: &SummaryFacts<'_>) -> bool {
    facts
        .caps
        .hard_cap_micro_usd
        .zip(cheapest(facts))
        .is_some_and(|(cap, cheapest)| facts.budget.committed + cheapest > cap)
}

/// A counter as a number of things; what has gone below nothing is nothing.
fn count(counter: i64) -> u64 {
    u64::try_from(counter).unwrap_or(0)
}

fn whole(number: u64) -> Reading {
    Reading::Whole(i64::try_from(number).unwrap_or(i64::MAX))
}

#[allow(clippy::cast_precision_loss)] // a share of 2^53 edits is exact enough
fn share(part: i64, of: u64) -> Option<f64> {
    (of > 0).then(|| (count(part) as f64 / of as f64).min(1.0))
}
