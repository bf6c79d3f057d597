//! `GET /admin/audit`: who changed what in the installation.

use cloud::Cloud;
use domain::{AuditId, Problem};

use crate::model::audit::AuditBody;
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

function!("admin-list-audit", Superadmin, list_audit);

/// Who changed what in the installation, newest first; kept for 365 days
#[utoipa::path(get, path = "/admin/audit", params(PageQuery),
    responses((status = 200, body = [AuditBody<'_>]), Reads))]
async fn list_audit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<AuditId> = Page::of(request)?;
    let mut found = cloud.audit(None, page.after, page.to_read()).await?;
    let next = page.cut(&mut found, |entry| entry.id);
    Ok(list(found.iter().map(AuditBody::new), next))
}
