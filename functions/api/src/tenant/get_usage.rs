//! `GET /tenant/usage`: what a tenant's month cost, by event and style.

use cloud::{Cloud, EventMonth};
use domain::budget::{BudgetCaps, BudgetMonth};
use domain::figures::StyleFigures;
use domain::{Event, EventId, EventSlug, MicroUsd, Problem, StyleKey, TenantId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::tenant;
use crate::model::month::{MonthQuery, month};
use crate::openapi::Reads;
use crate::response::ok;
use crate::{Answer, Request};

/// What a tenant's month (UTC) cost. No amount passes 2^53: caps end at 10^15.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageBody<'a> {
    month: &'a str,
    #[schema(value_type = i64)]
    spent_micro_usd: MicroUsd,
    /// For edits under way.
    #[schema(value_type = i64)]
    reserved_micro_usd: MicroUsd,
    #[schema(value_type = Option<i64>)]
    soft_cap_micro_usd: Option<MicroUsd>,
    #[schema(value_type = Option<i64>)]
    hard_cap_micro_usd: Option<MicroUsd>,
    /// The events with edits in the month, newest first.
    events: Vec<EventUsageBody<'a>>,
}

/// An event's part of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventUsage)]
struct EventUsageBody<'a> {
    #[schema(value_type = String)]
    event_id: &'a EventId,
    #[schema(value_type = String)]
    slug: &'a EventSlug,
    name: &'a str,
    /// Edits that were asked for in the month, whatever became of them.
    edits: i64,
    succeeded: i64,
    failed: i64,
    blocked: i64,
    spent_micro_usd: i64,
    styles: Vec<StyleUsageBody<'a>>,
}

/// A style's part of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StyleUsage)]
struct StyleUsageBody<'a> {
    /// Null: edits by prompt alone.
    #[schema(value_type = Option<String>)]
    style_key: Option<&'a StyleKey>,
    edits: i64,
    succeeded: i64,
    spent_micro_usd: i64,
}

/// A tenant's month.
#[derive(Debug)]
pub struct Usage {
    pub month: String,
    pub budget: BudgetMonth,
    pub caps: BudgetCaps,
    /// The events with edits in the month, newest first.
    pub events: Vec<(Event, EventMonth)>,
}

function!("tenant-get-usage", Tenant, get_tenant_usage);

/// What the tenant's month (UTC) cost, by event and style
#[utoipa::path(get, path = "/tenant/usage", params(MonthQuery),
    responses((status = 200, body = UsageBody<'_>), Reads))]
async fn get_tenant_usage(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant = tenant(request)?;
    let month = month(request, cloud.now())?;
    let usage = usage(cloud, &tenant, month).await?;
    Ok(ok(UsageBody::new(&usage)))
}

/// What a tenant's month cost. The price grows with the tenant's events, and not with their edits.
///
/// # Errors
/// The table is unavailable.
pub async fn usage(cloud: &Cloud, tenant_id: &TenantId, month: String) -> Result<Usage, Problem> {
    let (tenant, budget, events) = futures::try_join!(
        cloud.tenant(tenant_id),
        cloud.budget(tenant_id, &month),
        cloud.tenant_events(tenant_id, None, None)
    )?;
    let months = cloud.months_of(&events, &month).await?;
    let events = events.into_iter().zip(months);
    Ok(Usage {
        budget: budget.total(),
        caps: tenant.map(|tenant| tenant.budget).unwrap_or_default(),
        events: events.filter(|(_, did)| did.figures.total > 0).collect(),
        month,
    })
}

impl<'a> UsageBody<'a> {
    pub fn new(usage: &'a Usage) -> Self {
        Self {
            month: &usage.month,
            spent_micro_usd: usage.budget.spent,
            reserved_micro_usd: usage.budget.committed - usage.budget.spent,
            soft_cap_micro_usd: usage.caps.soft_cap_micro_usd,
            hard_cap_micro_usd: usage.caps.hard_cap_micro_usd,
            events: usage.events.iter().map(EventUsageBody::new).collect(),
        }
    }
}

impl<'a> EventUsageBody<'a> {
    fn new((event, did): &'a (Event, EventMonth)) -> Self {
        let figures = &did.figures;
        Self {
            event_id: &event.id,
            slug: &event.slug,
            name: &event.name,
            edits: figures.total,
            succeeded: figures.succeeded,
            failed: figures.failed,
            blocked: figures.blocked,
            spent_micro_usd: figures.spent_micro_usd,
            styles: did.styles.iter().map(StyleUsageBody::new).collect(),
        }
    }
}

impl<'a> StyleUsageBody<'a> {
    fn new((style, figures): (&'a Option<StyleKey>, &StyleFigures)) -> Self {
        Self {
            style_key: style.as_ref(),
            edits: figures.total,
            succeeded: figures.succeeded,
            spent_micro_usd: figures.spent_micro_usd,
        }
    }
}
