use cloud::{Cloud, invocation};
use domain::Problem;
use web::{Answer, Request};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::small_body(&request)?;
    let edit_id = web::path_id(&request, "edit", Problem::EditNotFound)?;
    let token = web::query_text(&request, "t").unwrap_or_default();
    workflow::runware_hook(&cloud, edit_id, token).await?;
    invocation::about(edit_id);
    Ok(web::no_content())
}
