//! `GET /events/{token}/ai-edits/{requestId}`: a guest follows an edit.

use cloud::Cloud;
use domain::Problem;
use domain::guard::Refusal;
use workflow::{Caller, settings};

use crate::caller::{GuestId, guest, path_id, source_address};
use crate::model::edit::{self, EditBody, retry_after_ms};
use crate::openapi::Reads;
use crate::response::ok;
use crate::{Answer, Request};

function!("guest-get-edit", EventToken, get_edit);

/// How an edit is getting on
// A paid edit is shown even while `is_enabled` is false. Only `guest_enabled` hides it.
#[utoipa::path(get, path = "/events/{token}/ai-edits/{requestId}", params(GuestId),
    responses((status = 200, body = EditBody<'_>), Reads))]
async fn get_edit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = Caller::Guest(guest(request, &address)?);
    let id = path_id(request, "requestId", Problem::EditNotFound)?;
    let settings = settings(cloud).await?;
    if !settings.guest_enabled {
        return Err(Refusal::FeatureDisabled(settings.status_message.clone()).into());
    }
    let found = edit::read(cloud, &caller.enter(cloud).await?, id).await?;
    Ok(ok(EditBody::new(&found)).retry_after_ms(retry_after_ms(&found)))
}
