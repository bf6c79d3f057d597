//! `GET /tenant/audit`: who changed what of a tenant.

use cloud::Cloud;
use domain::{AuditId, Problem};

use crate::caller::tenant;
use crate::model::audit::AuditBody;
use crate::openapi::Reads;
use crate::page::{Page, PageQuery};
use crate::response::list;
use crate::{Answer, Request};

function!("tenant-list-audit", Tenant, list_tenant_audit);

/// Who changed what of the tenant and its events, newest first; kept for 365 days
#[utoipa::path(get, path = "/tenant/audit", params(PageQuery),
    responses((status = 200, body = [AuditBody<'_>]), Reads))]
async fn list_tenant_audit(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let tenant = tenant(request)?;
    let page: Page<AuditId> = Page::of(request)?;
    let mut found = cloud.audit(Some(&tenant), page.after, page.to_read()).await?;
    let next = page.cut(&mut found, |entry| entry.id);
    Ok(list(found.iter().map(AuditBody::new), next))
}
