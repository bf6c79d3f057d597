//! `DELETE /events/{token}/ai-edits/{requestId}`: a guest takes an edit away.

use cloud::{Cloud, invocation};
use domain::Problem;
use domain::edit::Origin;
use domain::guard::Refusal;
use workflow::{grant, settings};

use crate::caller::{GuestId, guest, path_id, source_address};
use crate::openapi::Reads;
use crate::response::no_content;
use crate::{Answer, Request};

function!("guest-delete-edit", EventToken, delete_edit);

/// Deletes one of the guest's own edits with its pictures; one under way is finished and paid for, and not shown
#[utoipa::path(delete, path = "/events/{token}/ai-edits/{requestId}", params(GuestId),
    responses((status = 204), Reads))]
async fn delete_edit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let id = path_id(request, "requestId", Problem::EditNotFound)?;
    let settings = settings(cloud).await?;
    if !settings.guest_enabled {
        return Err(Refusal::FeatureDisabled(settings.status_message.clone()).into());
    }
    let grant = grant(cloud, caller).await?;
    let origin = Origin::Guest {
        scope_hash: caller.scopes(&grant.scope_key).own,
    };
    let found = cloud.delete_edit(&grant.event_id, id, |edit| edit.origin == origin, None);
    if !found.await? {
        return Err(Problem::EditNotFound);
    }
    invocation::about(id);
    Ok(no_content())
}
