use cloud::{Cloud, invocation};
use domain::Problem;
use web::model::{EditBody, TenantEditBody, TenantEditInput};
use web::{Answer, Request};
use workflow::{Caller, CreateEdit};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let event_slug = web::path_text(&request, "eventSlug");
    let idempotency_key = web::idempotency_key(&request)?;
    let (photo_id, asked) = web::json_body::<TenantEditInput>(&request)?.into_request()?;
    let input = CreateEdit {
        caller: Caller::Tenant(web::tenant_caller(&request, &tenant_id)),
        photo_id,
        request: asked,
        idempotency_key,
    };
    let created = workflow::create_edit(&cloud, &input).await?;
    let edit = &created.edit;
    invocation::about(edit.id);
    let location = format!("/api/v1/tenant/events/{event_slug}/ai-edits/{}", edit.id);
    let retry_after = created.wait.as_ref().map(|wait| wait.retry_after_ms);
    let body = EditBody::new(edit, created.wait.as_ref(), created.output.as_ref());
    Ok(web::accepted(TenantEditBody::new(edit, body), location).retry_after_ms(retry_after))
}
