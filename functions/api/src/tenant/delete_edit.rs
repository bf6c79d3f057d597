//! `DELETE /tenant/events/{eventSlug}/ai-edits/{aiEditRequest}`: an organiser takes an edit away.

use cloud::{Cloud, invocation};
use domain::audit::Action;
use domain::{EditId, Problem};
use workflow::event_of;

use crate::caller::{actor, path_id, tenant, tenant_caller};
use crate::openapi::Reads;
use crate::response::no_content;
use crate::{Answer, Request};

function!("tenant-delete-edit", Tenant, delete_event_edit);

/// Deletes an edit with its pictures; one under way is finished and paid for, and not shown
#[utoipa::path(delete, path = "/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}",
    responses((status = 204), Reads))]
async fn delete_event_edit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let by = actor(request)?;
    let event = event_of(cloud, tenant_caller(request, &tenant_id)).await?;
    let id: EditId = path_id(request, "aiEditRequest", Problem::EditNotFound)?;
    let deed = by.did(Action::EditDeleted).of(&tenant_id).at(&event).to(&id);
    let found = cloud.delete_edit(&event, id, |edit| edit.tenant_id == tenant_id, Some(&deed));
    if !found.await? {
        return Err(Problem::EditNotFound);
    }
    invocation::about(id);
    Ok(no_content())
}
