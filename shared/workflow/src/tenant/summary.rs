//! An organiser asks how an event is doing.

use cloud::Cloud;
use domain::Problem;
use domain::budget::BudgetAlert;
use domain::context::month_of;
use domain::scope::TenantCaller;
use domain::summary::{Summary, SummaryFacts};

use crate::admit::counterpart_cost;
use crate::entry::event_of;
use crate::guest::settings;

/// Budget alerts that are shown.
const ALERTS: u32 = 10;

/// An event's month at a glance.
#[derive(Debug, Clone)]
pub struct EventSummary {
    /// Worked out from the counters.
    pub summary: Summary,
    /// The tenant's budget alerts of the month, newest first, ten at most.
    pub budget_alerts: Vec<BudgetAlert>,
}

/// Sums up the running month. One batch read and one query, however many edits there are.
///
/// # Errors
/// An unknown event; settings that could never be read.
pub async fn get_summary(cloud: &Cloud, caller: TenantCaller<'_>) -> Result<EventSummary, Problem> {
    let styles = async { cloud.styles().await.map_err(Problem::from) };
    let (event, settings, styles) = futures::try_join!(event_of(cloud, caller), settings(cloud), styles)?;
    let now = cloud.now();
    let month = month_of(now);
    let tenant = caller.tenant_id;
    let (found, budget_alerts) = futures::try_join!(
        cloud.summary_items(tenant, &event, &month),
        cloud.budget_alerts(tenant, &month, ALERTS)
    )?;
    let event = found.event.filter(|event| event.tenant_id == *tenant);
    let event = event.ok_or(Problem::EventNotFound)?;
    let caps = found.tenant.map(|tenant| tenant.budget).unwrap_or_default();
    let summary = Summary::of(&SummaryFacts {
        event: &event,
        caps: &caps,
        month: &month,
        budget: found.budget,
        figures: &found.figures,
        latencies: &found.latencies,
        breakers: found.breakers,
        styles: &styles,
        settings: &settings,
        counterpart_cost,
        now,
    });
    Ok(EventSummary {
        summary,
        budget_alerts,
    })
}
