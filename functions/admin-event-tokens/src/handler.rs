use cloud::Cloud;
use domain::{EventId, Problem, TokenId};
use web::model::admin::{NewTokenBody, TokenBody, TokenInput};
use web::{Answer, Page, Request};
use workflow::admin;

const MISSING: Problem = Problem::NotFound("token of this event");

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::superadmin(&request)?;
    let event: EventId = web::path_id(&request, "eventId", Problem::EventNotFound)?;
    match request.method().as_str() {
        "GET" => {
            let page: Page<TokenId> = Page::of(&request)?;
            let found = admin::list_tokens(&cloud, &event, page.after, page.limit).await?;
            let cursor = found.last_seen().map(|token| page.cursor_after(&token.token_id));
            let bodies: Vec<_> = found.items.iter().map(TokenBody::new).collect();
            Ok(web::list(bodies, cursor.as_deref()))
        }
        "POST" => {
            let input: TokenInput = web::json_body(&request)?;
            let made = admin::create_token(&cloud, &event, input.expires_at).await?;
            Ok(web::created(NewTokenBody::new(&made, input.expires_at)))
        }
        "DELETE" => {
            let token = web::path_id(&request, "tokenId", MISSING)?;
            admin::revoke_token(&cloud, &event, token).await?;
            Ok(web::no_content())
        }
        _ => Err(MISSING),
    }
}
