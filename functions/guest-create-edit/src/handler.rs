use cloud::{Cloud, invocation};
use domain::guard::EditRequest;
use domain::{Problem, StyleKey};
use garde::Validate;
use serde::Deserialize;
use web::{Answer, EditBody, Request};
use workflow::{Caller, CreateEdit};

/// At least a style or a prompt. What a model takes is checked against the style.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct EditInput {
    #[garde(skip)]
    style_key: Option<StyleKey>,
    #[garde(length(chars, min = 1, max = 2_000))]
    prompt: Option<String>,
    #[garde(length(chars, min = 1, max = 2_000))]
    negative_prompt: Option<String>,
}

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let caller = web::guest(&request, &address)?;
    let photo_id = web::path_id(&request, "photo", Problem::PhotoNotFound)?;
    let idempotency_key = web::idempotency_key(&request)?;
    let input: EditInput = web::json_body(&request)?;
    if input.style_key.is_none() && input.prompt.is_none() {
        return Err(Problem::field(
            "/style_key",
            "Send a style_key, a prompt, or both.",
        ));
    }
    let wanted = EditRequest {
        style_key: input.style_key,
        prompt: input.prompt,
        negative_prompt: input.negative_prompt,
    };
    let input = CreateEdit {
        caller: Caller::Guest(caller),
        photo_id,
        request: wanted,
        idempotency_key,
    };
    let created = workflow::create_edit(&cloud, &input).await?;
    invocation::about(created.edit.id);
    let location = format!("/api/v1/events/{}/ai-edits/{}", caller.token, created.edit.id);
    let retry_after = created.wait.as_ref().map(|wait| wait.retry_after_ms);
    let body = EditBody::new(&created.edit, created.wait.as_ref());
    Ok(web::accepted(body, location).retry_after_ms(retry_after))
}
