//! `GET /tenant/events/{eventSlug}/ai-edits/{aiEditRequest}`: an organiser looks at an edit.

use cloud::Cloud;
use domain::Problem;
use workflow::Caller;

use crate::caller::{path_id, tenant, tenant_caller};
use crate::model::edit::{self, TenantEditBody, retry_after_ms};
use crate::openapi::Reads;
use crate::response::ok;
use crate::{Answer, Request};

function!("tenant-get-edit", Tenant, get_event_edit);

/// An edit with provider, model, cost, attempts and prompt
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}",
    responses((status = 200, body = TenantEditBody<'_>), Reads))]
async fn get_event_edit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let caller = tenant_caller(request, &tenant_id);
    let event = super::event(cloud, caller).await?;
    let id = path_id(request, "aiEditRequest", Problem::EditNotFound)?;
    let found = edit::read(cloud, &Caller::Tenant(caller).enter(cloud).await?, id).await?;
    Ok(ok(TenantEditBody::new(
        &found,
        found.edit.shown(event.policy.gallery),
    ))
    .retry_after_ms(retry_after_ms(&found)))
}
