//! `GET /events/{token}/ai-edits`: a guest looks through its own edits.

use cloud::Cloud;
use domain::guard::Refusal;
use domain::{EditId, Problem};
use workflow::{grant, settings};

use crate::caller::{GuestId, guest, source_address};
use crate::model::edit::{EditBody, answers};
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

function!("guest-list-edits", EventToken, list_edits);

/// The guest's own edits, newest first
// A page costs the same however many edits there are: one query, and a batch read or two.
#[utoipa::path(get, path = "/events/{token}/ai-edits", params(PageQuery, GuestId),
    responses((status = 200, body = [EditBody<'_>]), Reads))]
async fn list_edits(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let address = source_address(request);
    let caller = guest(request, &address)?;
    let page: Page<EditId> = Page::of(request)?;
    let settings = settings(cloud).await?;
    if !settings.guest_enabled {
        return Err(Refusal::FeatureDisabled(settings.status_message.clone()).into());
    }
    let grant = grant(cloud, caller).await?;
    let own = caller.scopes(&grant.scope_key).own;
    let mut edits = cloud
        .guest_edits(&grant.event_id, &own, page.after, page.to_read())
        .await?;
    let next = page.cut(&mut edits, |edit| edit.id);
    let answers = answers(cloud, &grant.event_id, edits).await?;
    Ok(list(answers.iter().map(EditBody::new), next))
}
