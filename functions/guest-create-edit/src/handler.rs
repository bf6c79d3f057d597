use cloud::{Cloud, invocation};
use domain::Problem;
use web::model::{EditBody, EditInput};
use web::{Answer, Request};
use workflow::{Caller, CreateEdit};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let caller = web::guest(&request, &address)?;
    let input = CreateEdit {
        caller: Caller::Guest(caller),
        photo_id: web::path_id(&request, "photo", Problem::PhotoNotFound)?,
        idempotency_key: web::idempotency_key(&request)?,
        request: web::json_body::<EditInput>(&request)?.into_request()?,
    };
    let created = workflow::create_edit(&cloud, &input).await?;
    invocation::about(created.edit.id);
    let location = format!("/api/v1/events/{}/ai-edits/{}", caller.token, created.edit.id);
    let retry_after = created.wait.as_ref().map(|wait| wait.retry_after_ms);
    let body = EditBody::new(&created.edit, created.wait.as_ref(), created.output.as_ref());
    Ok(web::accepted(body, location).retry_after_ms(retry_after))
}
