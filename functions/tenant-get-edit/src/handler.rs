use cloud::{Cloud, invocation};
use domain::Problem;
use web::model::{EditBody, TenantEditBody};
use web::{Answer, Request};
use workflow::{Caller, TenantCaller};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = Caller::Tenant(TenantCaller {
        tenant_id: &tenant_id,
        event_slug: web::path_text(&request, "eventSlug"),
    });
    let id = web::path_id(&request, "aiEditRequest", Problem::EditNotFound)?;
    let answer = workflow::get_edit(&cloud, caller, id).await?;
    invocation::about(answer.edit.id);
    let mut body = EditBody::new(&answer.edit, answer.wait.as_ref());
    if let Some(output) = &answer.output {
        body = body.with_output(&output.stored, &output.url, &output.thumbnail_url);
    }
    let body = TenantEditBody::new(&answer.edit, body);
    Ok(web::ok(body).retry_after_ms(answer.wait.as_ref().map(|wait| wait.retry_after_ms)))
}
