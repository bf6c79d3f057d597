//! `GET /tenant/events/{eventSlug}/ai-edits`: an organiser looks through an event's edits.

use cloud::Cloud;
use domain::{EditId, Problem, Status};
use utoipa::IntoParams;

use crate::caller::{tenant, tenant_caller};
use crate::model::edit::{TenantEditBody, answers};
use crate::openapi::Reads;
use crate::page::{Page, PageQuery, query_text};
use crate::response::list;
use crate::{Answer, Request};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // documents what `status` reads
struct StatusQuery {
    /// queued, processing, succeeded, failed or blocked
    #[param(required = false)]
    status: String,
}

function!("tenant-list-edits", Tenant, list_event_edits);

/// The event's edits, newest first
// A page costs the same however many edits there are: one query, and a batch read if any of its edits still waits.
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/ai-edits", params(PageQuery, StatusQuery),
    responses((status = 200, body = [TenantEditBody<'_>]), Reads))]
async fn list_event_edits(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let page: Page<EditId> = Page::of(request)?;
    let status = status(request)?;
    let event = super::event(cloud, tenant_caller(request, &tenant_id)).await?;
    let mut edits = cloud.edits(&event.id, status, page.after, page.to_read()).await?;
    if edits.iter().any(|edit| edit.tenant_id != tenant_id) {
        return Err(Problem::EventNotFound);
    }
    let next = page.cut(&mut edits, |edit| edit.id);
    let answers = answers(cloud, &event.id, edits).await?;
    let gallery = event.policy.gallery;
    let bodies = answers
        .iter()
        .map(|answer| TenantEditBody::new(answer, answer.edit.shown(gallery)));
    Ok(list(bodies, next))
}

fn status(request: &Request) -> Result<Option<Status>, Problem> {
    let Some(text) = query_text(request, "status") else {
        return Ok(None);
    };
    let names: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let names = names.join(", ");
    text.parse()
        .map(Some)
        .map_err(|_| Problem::InvalidRequest(format!("`status` must be one of {names}.")))
}
