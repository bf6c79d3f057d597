use cloud::{Cloud, invocation};
use domain::Problem;
use web::model::EditBody;
use web::{Answer, Request};
use workflow::Caller;

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let caller = Caller::Guest(web::guest(&request, &address)?);
    let id = web::path_id(&request, "requestId", Problem::EditNotFound)?;
    let answer = workflow::get_edit(&cloud, caller, id).await?;
    invocation::about(answer.edit.id);
    let body = EditBody::new(&answer.edit, answer.wait.as_ref(), answer.output.as_ref());
    Ok(web::ok(body).retry_after_ms(answer.wait.as_ref().map(|wait| wait.retry_after_ms)))
}
