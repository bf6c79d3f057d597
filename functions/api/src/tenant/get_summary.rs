//! `GET /tenant/events/{eventSlug}/ai-edits/summary`: how an event is doing this month.

use cloud::Cloud;
use domain::budget::{BudgetAlert, BudgetAlertKind};
use domain::context::month_of;
use domain::figures::Figures;
use domain::scope::TenantCaller;
use domain::summary::{Check, CheckId, CheckStatus, Latency, Rates, Reading, Spend, Summary, SummaryFacts};
use domain::{MicroUsd, Problem};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use workflow::{counterpart_cost, event_of, settings};

use crate::caller::{tenant, tenant_caller};
use crate::model::capabilities::CapabilitiesBody;
use crate::model::month::{MonthQuery, month};
use crate::openapi::Reads;
use crate::response::ok;
use crate::{Answer, Request};

/// The most budget alerts in a summary.
const ALERTS: u32 = 10;

/// How an event is doing in a month (UTC).
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryBody<'a> {
    counts: CountsBody,
    rates: RatesBody,
    latency_ms: LatencyBody,
    spend: SpendBody<'a>,
    observability: ObservabilityBody,
    /// Newest first, ten at most.
    budget_alerts: Vec<BudgetAlertBody>,
    capabilities: CapabilitiesBody,
}

/// Edits that were asked for in the month, by where they stand.
#[derive(Debug, Serialize, ToSchema)]
struct CountsBody {
    total: i64,
    queued: i64,
    processing: i64,
    succeeded: i64,
    failed: i64,
    blocked: i64,
}

/// Shares, from 0 to 1, of the finished edits (succeeded, failed or blocked); null while there are none.
#[derive(Debug, Serialize, ToSchema)]
struct RatesBody {
    failure_rate: Option<f64>,
    moderation_hit_rate: Option<f64>,
    provider_failure_rate: Option<f64>,
}

/// Time at the provider; null without samples. The percentiles are estimated from a histogram.
#[derive(Debug, Serialize, ToSchema)]
struct LatencyBody {
    avg: Option<u64>,
    p50: Option<u64>,
    p95: Option<u64>,
    samples: u64,
}

/// Money of the month; apart from `event_micro_usd` it is the tenant's, for all its events.
#[derive(Debug, Serialize, ToSchema)]
struct SpendBody<'a> {
    month: &'a str,
    #[schema(value_type = i64)]
    event_micro_usd: MicroUsd,
    #[schema(value_type = i64)]
    tenant_micro_usd: MicroUsd,
    #[schema(value_type = i64)]
    reserved_micro_usd: MicroUsd,
    #[schema(value_type = Option<i64>)]
    soft_cap_micro_usd: Option<MicroUsd>,
    #[schema(value_type = Option<i64>)]
    hard_cap_micro_usd: Option<MicroUsd>,
    /// Until then the hard cap does not refuse.
    #[schema(value_type = Option<String>, format = DateTime)]
    override_until: Option<Timestamp>,
    /// Edits of the cheapest style that the event may use; null where no cap refuses now.
    edits_left: Option<u64>,
}

/// What needs somebody's attention.
#[derive(Debug, Serialize, ToSchema)]
struct ObservabilityBody {
    alerts: AlertsBody,
    checks: Vec<CheckBody>,
}

/// The checks whose status is `alert`.
#[derive(Debug, Serialize, ToSchema)]
struct AlertsBody {
    failure_rate_threshold_reached: bool,
    latency_threshold_reached: bool,
    budget_soft_cap_reached: bool,
    budget_hard_cap_reached: bool,
    abuse_escalation_reached: bool,
    provider_out_of_service: bool,
}

/// A figure that is watched.
#[derive(Debug, Serialize, ToSchema)]
struct CheckBody {
    #[schema(value_type = CheckId)]
    id: &'static str,
    #[schema(value_type = CheckStatus)]
    status: &'static str,
    #[schema(value_type = Option<f64>)]
    value: Option<ReadingBody>,
    /// Null where nothing is set.
    #[schema(value_type = Option<f64>)]
    threshold: Option<ReadingBody>,
    /// Null for what is counted, not sampled.
    samples: Option<u64>,
    /// Where it is written what to do.
    runbook: &'static str,
}

/// A share, or a whole number.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ReadingBody {
    Share(f64),
    Whole(i64),
}

/// A budget threshold that was reached.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetAlertBody {
    /// `ai_budget_soft_cap` or `ai_budget_hard_cap`.
    #[serde(rename = "type")]
    kind: BudgetAlertKind,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = i64)]
    spent_micro_usd: MicroUsd,
    #[schema(value_type = i64)]
    cap_micro_usd: MicroUsd,
}

function!("tenant-get-summary", Tenant, get_event_summary);

/// Counts, rates, latency, spend and alerts of a month (UTC)
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/ai-edits/summary", params(MonthQuery),
    responses((status = 200, body = SummaryBody<'_>), Reads))]
async fn get_event_summary(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let month = month(request, cloud.now())?;
    let (summary, alerts) = summarise(cloud, tenant_caller(request, &tenant_id), Some(month)).await?;
    Ok(ok(SummaryBody::new(&summary, &alerts)))
}

/// Sums up a month such as `2026-10`, or the running one (UTC), with the tenant's newest budget alerts. One batch read and one query, however many edits
/// there are.
///
/// # Errors
/// There is no such event, or the settings could never be read.
pub async fn summarise(
    cloud: &Cloud,
    caller: TenantCaller<'_>,
    month: Option<String>,
) -> Result<(Summary, Vec<BudgetAlert>), Problem> {
    let styles = async { cloud.styles().await.map_err(Problem::from) };
    let (event, settings, styles) = futures::try_join!(event_of(cloud, caller), settings(cloud), styles)?;
    let now = cloud.now();
    let month = month.unwrap_or_else(|| month_of(now));
    let tenant = caller.tenant_id;
    let (found, alerts) = futures::try_join!(
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
    Ok((summary, alerts))
}

impl<'a> SummaryBody<'a> {
    /// A summary and the alerts of its month.
    pub fn new(summary: &'a Summary, budget_alerts: &[BudgetAlert]) -> Self {
        Self {
            counts: counts(&summary.figures),
            rates: rates(summary.rates),
            latency_ms: latency(summary.latency),
            spend: spend(&summary.spend),
            observability: ObservabilityBody {
                alerts: alerts(summary),
                checks: summary.checks.iter().map(check).collect(),
            },
            budget_alerts: budget_alerts.iter().map(budget_alert).collect(),
            capabilities: CapabilitiesBody::new(summary.granted_by),
        }
    }
}

fn counts(figures: &Figures) -> CountsBody {
    CountsBody {
        total: figures.total,
        queued: figures.queued,
        processing: figures.processing,
        succeeded: figures.succeeded,
        failed: figures.failed,
        blocked: figures.blocked,
    }
}

fn rates(rates: Rates) -> RatesBody {
    RatesBody {
        failure_rate: rates.failure_rate,
        moderation_hit_rate: rates.moderation_hit_rate,
        provider_failure_rate: rates.provider_failure_rate,
    }
}

fn latency(latency: Latency) -> LatencyBody {
    LatencyBody {
        avg: latency.avg,
        p50: latency.p50,
        p95: latency.p95,
        samples: latency.samples,
    }
}

fn spend(spend: &Spend) -> SpendBody<'_> {
    SpendBody {
        month: &spend.month,
        event_micro_usd: spend.event,
        tenant_micro_usd: spend.tenant,
        reserved_micro_usd: spend.reserved,
        soft_cap_micro_usd: spend.caps.soft_cap_micro_usd,
        hard_cap_micro_usd: spend.caps.hard_cap_micro_usd,
        override_until: spend.caps.override_until,
        edits_left: spend.edits_left,
    }
}

fn alerts(summary: &Summary) -> AlertsBody {
    AlertsBody {
        failure_rate_threshold_reached: summary.alerts(CheckId::FailureRate),
        latency_threshold_reached: summary.alerts(CheckId::Latency),
        budget_soft_cap_reached: summary.alerts(CheckId::BudgetSoftCap),
        budget_hard_cap_reached: summary.alerts(CheckId::BudgetHardCap),
        abuse_escalation_reached: summary.alerts(CheckId::AbuseEscalation),
        provider_out_of_service: summary.alerts(CheckId::Providers),
    }
}

fn check(check: &Check) -> CheckBody {
    CheckBody {
        id: check.id.as_str(),
        status: check.status.as_str(),
        value: check.value.map(reading),
        threshold: check.threshold.map(reading),
        samples: check.samples,
        runbook: check.id.runbook(),
    }
}

fn reading(reading: Reading) -> ReadingBody {
    match reading {
        Reading::Share(share) => ReadingBody::Share(share),
        Reading::Whole(number) => ReadingBody::Whole(number),
    }
}

fn budget_alert(alert: &BudgetAlert) -> BudgetAlertBody {
    BudgetAlertBody {
        kind: alert.kind,
        at: alert.at,
        spent_micro_usd: alert.spent_micro_usd,
        cap_micro_usd: alert.cap_micro_usd,
    }
}
