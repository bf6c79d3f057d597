use cloud::{Cloud, invocation};
use domain::Problem;
use web::model::{EditBody, TenantEditBody};
use web::{Answer, Request};
use workflow::Caller;

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = Caller::Tenant(web::tenant_caller(&request, &tenant_id));
    let id = web::path_id(&request, "aiEditRequest", Problem::EditNotFound)?;
    let answer = workflow::get_edit(&cloud, caller, id).await?;
    invocation::about(answer.edit.id);
    let body = EditBody::new(&answer.edit, answer.wait.as_ref(), answer.output.as_ref());
    let body = TenantEditBody::new(&answer.edit, body);
    Ok(web::ok(body).retry_after_ms(answer.wait.as_ref().map(|wait| wait.retry_after_ms)))
}
