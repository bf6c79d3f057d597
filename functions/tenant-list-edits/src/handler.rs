use cloud::Cloud;
use domain::{Problem, Status};
use web::model::{EditBody, TenantEditBody};
use web::{Answer, Page, Request};
use workflow::EditAnswer;

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = web::tenant_caller(&request, &tenant_id);
    let page = Page::of(&request)?;
    let status = status(&request)?;
    let found = workflow::tenant::list_edits(&cloud, caller, status, page.after, page.limit).await?;
    let bodies: Vec<_> = found.edits.iter().map(body).collect();
    let cursor = found.next.as_ref().map(|last| page.cursor_after(last));
    Ok(web::list(bodies, cursor.as_deref()))
}

fn status(request: &Request) -> Result<Option<Status>, Problem> {
    let Some(text) = web::query_text(request, "status") else {
        return Ok(None);
    };
    let names: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let names = names.join(", ");
    text.parse()
        .map(Some)
        .map_err(|_| Problem::InvalidRequest(format!("`status` must be one of {names}.")))
}

fn body(answer: &EditAnswer) -> TenantEditBody<'_> {
    let body = EditBody::new(&answer.edit, answer.wait.as_ref(), answer.output.as_ref());
    TenantEditBody::new(&answer.edit, body)
}
