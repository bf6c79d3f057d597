//! `GET /tenant/events/{eventSlug}/activity`: an event by the hour.

use cloud::Cloud;
use domain::Problem;
use domain::activity::Activity;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use workflow::event_of;

use crate::caller::{tenant, tenant_caller};
use crate::openapi::Reads;
use crate::response::ok;
use crate::{Answer, Request};

/// What happened at an event in its last 48 hours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Activity)]
struct ActivityBody {
    /// Oldest first; the last one is under way.
    #[schema(min_items = 48, max_items = 48)]
    hours: Vec<HourBody>,
}

/// An hour. An edit is created in one, and may end in another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityHour)]
struct HourBody {
    /// Its beginning (UTC).
    #[schema(value_type = String, format = DateTime)]
    hour: Timestamp,
    created: i64,
    succeeded: i64,
    failed: i64,
    blocked: i64,
    /// Of the edits that ended in this hour.
    cost_micro_usd: i64,
    /// Time at the provider of the edits that succeeded in this hour.
    mean_latency_ms: Option<u64>,
}

function!("tenant-get-activity", Tenant, get_event_activity);

/// The event's last 48 hours, an entry for each
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/activity",
    responses((status = 200, body = ActivityBody), Reads))]
async fn get_event_activity(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let event = event_of(cloud, tenant_caller(request, &tenant_id)).await?;
    let hours = cloud.activity(&event).await?;
    Ok(ok(ActivityBody {
        hours: hours
            .iter()
            .map(|(hour, did)| HourBody::new(*hour, did))
            .collect(),
    }))
}

impl HourBody {
    fn new(hour: Timestamp, did: &Activity) -> Self {
        Self {
            hour,
            created: did.total,
            succeeded: did.succeeded,
            failed: did.failed,
            blocked: did.blocked,
            cost_micro_usd: did.spent_micro_usd,
            mean_latency_ms: did.mean_latency_ms(),
        }
    }
}
