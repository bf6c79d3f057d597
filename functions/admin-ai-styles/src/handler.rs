use cloud::Cloud;
use domain::{Problem, StyleKey};
use web::model::admin::{AdminStyleBody, AdminStyleInput};
use web::{Answer, Page, Request};
use workflow::admin;

const MISSING: Problem = Problem::NotFound("style");

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::superadmin(&request)?;
    match (request.method().as_str(), web::path_text(&request, "key")) {
        ("GET", "") => list(&cloud, &request).await,
        ("GET", _) => {
            let key = web::path_id(&request, "key", MISSING)?;
            let style = admin::get_style(&cloud, &key).await?;
            Ok(web::ok(AdminStyleBody::new(&style)))
        }
        ("PUT", _) => put(&cloud, &request).await,
        ("DELETE", _) => {
            let key = web::path_id(&request, "key", MISSING)?;
            admin::delete_style(&cloud, &key).await?;
            Ok(web::no_content())
        }
        _ => Err(MISSING),
    }
}

async fn list(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<StyleKey> = Page::of(request)?;
    let found = admin::list_styles(cloud, page.after.as_ref(), page.limit).await?;
    let cursor = found.last_seen().map(|style| page.cursor_after(&style.key));
    let bodies: Vec<_> = found.items.iter().map(AdminStyleBody::new).collect();
    Ok(web::list(bodies, cursor.as_deref()))
}

async fn put(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key: StyleKey = web::new_id(request, "key")?;
    let input: AdminStyleInput = web::json_body(request)?;
    let saved = admin::put_style(cloud, input.into_style(key)).await?;
    Ok(web::ok(AdminStyleBody::new(&saved.value)))
}
