//! What an organiser says of an edit: hidden, shown, approved.

use cloud::{Cloud, invocation};
use domain::audit::Action;
use domain::edit::{Review, Shown};
use domain::{EditId, Event, Problem};
use workflow::Caller;

use crate::caller::{actor, path_id, tenant, tenant_caller};
use crate::model::edit::{self, TenantEditBody};
use crate::response::ok;
use crate::{Answer, Request};

/// Notes it and answers the edit as it stands then.
///
/// # Errors
/// There is no such edit, or it has no picture that guests could see.
pub(super) async fn review(
    cloud: &Cloud,
    request: &Request,
    action: Action,
    review: Review,
) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let by = actor(request)?;
    let caller = tenant_caller(request, &tenant_id);
    let event = super::event(cloud, caller).await?;
    let id: EditId = path_id(request, "aiEditRequest", Problem::EditNotFound)?;
    let found = cloud.edit(&event.id, id).await?;
    let found = found.filter(|edit| edit.tenant_id == tenant_id && edit.deleted_at.is_none());
    let edit = found.ok_or(Problem::EditNotFound)?;
    if review == Review::Approved && !edit.has_picture() {
        return Err(Problem::NotSucceeded);
    }
    let noted = cloud.review(&by, &event.id, id, action, review).await?;
    noted.ok_or(Problem::EditNotFound)?;
    invocation::about(id);
    answer(cloud, caller, &event, id).await
}

async fn answer(
    cloud: &Cloud,
    caller: domain::scope::TenantCaller<'_>,
    event: &Event,
    id: EditId,
) -> Result<Answer, Problem> {
    let entry = Caller::Tenant(caller).enter(cloud).await?;
    let found = edit::read(cloud, &entry, id).await?;
    let shown: Shown = found.edit.shown(event.policy.gallery);
    Ok(ok(TenantEditBody::new(&found, shown)))
}
