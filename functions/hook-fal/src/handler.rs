use cloud::{Cloud, invocation};
use domain::Problem;
use providers::fal::{KeyRing, SignedCall};
use web::{Answer, Request};

pub(crate) async fn handle(cloud: Cloud, keys: &KeyRing, request: Request) -> Result<Answer, Problem> {
    let body = web::small_body(&request)?;
    let edit_id = web::path_id(&request, "edit", Problem::EditNotFound)?;
    let token = web::query_text(&request, "t").unwrap_or_default();
    let call = SignedCall {
        request_id: header(&request, "x-fal-webhook-request-id"),
        user_id: header(&request, "x-fal-webhook-user-id"),
        timestamp: header(&request, "x-fal-webhook-timestamp"),
        signature: header(&request, "x-fal-webhook-signature"),
        body,
    };
    workflow::fal_hook(&cloud, keys, edit_id, token, &call).await?;
    invocation::about(edit_id);
    Ok(web::no_content())
}

/// A header that is missing is one that nobody has signed.
fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    let value = request.headers().get(name);
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}
