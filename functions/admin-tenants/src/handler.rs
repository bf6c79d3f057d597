use cloud::Cloud;
use domain::{Problem, TenantId};
use web::model::admin::{TenantBody, TenantInput};
use web::{Answer, Page, Request};
use workflow::admin;

const MISSING: Problem = Problem::NotFound("tenant");

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::superadmin(&request)?;
    match (request.method().as_str(), web::path_text(&request, "tenantId")) {
        ("GET", "") => list(&cloud, &request).await,
        ("GET", _) => {
            let id = web::path_id(&request, "tenantId", MISSING)?;
            let tenant = admin::get_tenant(&cloud, &id).await?;
            Ok(web::ok(TenantBody::new(&tenant)))
        }
        ("PUT", _) => put(&cloud, &request).await,
        _ => Err(MISSING),
    }
}

async fn list(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<TenantId> = Page::of(request)?;
    let found = admin::list_tenants(cloud, page.after.as_ref(), page.limit).await?;
    let cursor = found.last_seen().map(|tenant| page.cursor_after(&tenant.id));
    let bodies: Vec<_> = found.items.iter().map(TenantBody::new).collect();
    Ok(web::list(bodies, cursor.as_deref()))
}

async fn put(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let id: TenantId = web::new_id(request, "tenantId")?;
    let input: TenantInput = web::json_body(request)?;
    let saved = admin::put_tenant(cloud, input.into_tenant(id)).await?;
    Ok(web::ok(TenantBody::new(&saved.value)))
}
