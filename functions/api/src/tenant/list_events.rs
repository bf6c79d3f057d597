//! `GET /tenant/events`: an organiser's events, with the month's figures in short.

use cloud::{Cloud, EventMonth, ListedEvent};
use domain::guard::entitlement;
use domain::{Event, EventId, EventSlug, Problem};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::tenant;
use crate::model::capabilities::CapabilitiesBody;
use crate::model::month::{MonthQuery, month};
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

/// An event in the list of its organiser.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TenantEvent)]
pub struct TenantEventBody<'a> {
    #[schema(value_type = String)]
    id: &'a EventId,
    /// Its name in the paths of an organiser.
    #[schema(value_type = String)]
    slug: &'a EventSlug,
    name: &'a str,
    /// Null only for an event from before this was kept.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
    /// When its page closes; null: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
    capabilities: CapabilitiesBody,
    /// The month that the figures belong to (UTC).
    month: &'a str,
    /// Edits that were asked for in the month, whatever became of them.
    edits: i64,
    succeeded: i64,
    spent_micro_usd: i64,
}

function!("tenant-list-events", Tenant, list_tenant_events);

/// The tenant's events, newest first, with their month in short
// A page costs the same however many edits there are: one query, a batch read, and a query of bounded size per event.
#[utoipa::path(get, path = "/tenant/events", params(PageQuery, MonthQuery),
    responses((status = 200, body = [TenantEventBody<'_>]), Reads))]
async fn list_tenant_events(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant = tenant(request)?;
    let page: Page<ListedEvent> = Page::of(request)?;
    let now = cloud.now();
    let month = month(request, now)?;
    let mut events = cloud
        .tenant_events(&tenant, page.after.as_ref(), Some(page.to_read()))
        .await?;
    let next = page.cut(&mut events, |event| ListedEvent {
        created_at: event.created_at.unwrap_or_default(),
        event_id: event.id.clone(),
    });
    let months = cloud.months_of(&events, &month).await?;
    let shown = events.iter().zip(&months);
    Ok(list(
        shown.map(|(event, did)| TenantEventBody::new(event, did, &month, now)),
        next,
    ))
}

impl<'a> TenantEventBody<'a> {
    pub fn new(event: &'a Event, did: &EventMonth, month: &'a str, now: Timestamp) -> Self {
        Self {
            id: &event.id,
            slug: &event.slug,
            name: &event.name,
            created_at: event.created_at,
            ends_at: event.policy.page.ends_at,
            capabilities: CapabilitiesBody::new(entitlement::check(event, now).ok()),
            month,
            edits: did.figures.total,
            succeeded: did.figures.succeeded,
            spent_micro_usd: did.figures.spent_micro_usd,
        }
    }
}
