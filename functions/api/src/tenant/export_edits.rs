//! `GET /tenant/events/{eventSlug}/export`: every finished picture of an event, to take home.

use cloud::Cloud;
use domain::edit::StoredOutput;
use domain::{Edit, EditId, Problem};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use workflow::event_of;

use crate::caller::{tenant, tenant_caller};
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

/// A finished picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExportEntry)]
struct ExportEntryBody {
    /// Its edit.
    #[schema(value_type = String)]
    id: EditId,
    /// For a file: when it was asked for (UTC), its style, and its edit. No two are the same.
    name: String,
    url: String,
    /// When the address stops working; ask for the page again.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    bytes: u64,
    /// Of the file, in hex.
    sha256: String,
}

function!("tenant-export-edits", Tenant, export_event_edits);

/// Names and addresses of the event's finished pictures, oldest first
///
/// A cursor stays usable: whoever comes back later goes on where it stopped. A picture that was not finished when its
/// page was read is in the next export from the beginning.
#[utoipa::path(get, path = "/tenant/events/{eventSlug}/export", params(PageQuery),
    responses((status = 200, body = [ExportEntryBody]), Reads))]
async fn export_event_edits(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant_id = tenant(request)?;
    let page: Page<EditId> = Page::of(request)?;
    let event = event_of(cloud, tenant_caller(request, &tenant_id)).await?;
    let mut edits = cloud.finished_edits(&event, page.after, page.to_read()).await?;
    if edits.iter().any(|edit| edit.tenant_id != tenant_id) {
        return Err(Problem::EventNotFound);
    }
    let next = page.cut(&mut edits, |edit| edit.id);
    let entries = edits
        .iter()
        .filter_map(|edit| Some((edit, edit.output.as_ref()?)));
    let entries = try_join_all(entries.map(|(edit, stored)| entry(cloud, edit, stored))).await?;
    Ok(list(entries, next))
}

async fn entry(cloud: &Cloud, edit: &Edit, stored: &StoredOutput) -> Result<ExportEntryBody, Problem> {
    let link = cloud.presign_get(&stored.object_key).await?;
    Ok(ExportEntryBody {
        id: edit.id,
        name: edit.file_name(),
        url: link.url,
        expires_at: link.expires_at,
        bytes: stored.bytes,
        sha256: stored.sha256.clone(),
    })
}
