use cloud::Cloud;
use domain::{AddonKey, Problem};
use web::model::admin::{AddonBody, AddonInput};
use web::{Answer, Page, Request};
use workflow::admin;

const MISSING: Problem = Problem::NotFound("add-on");

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::superadmin(&request)?;
    match (request.method().as_str(), web::path_text(&request, "key")) {
        ("GET", "") => list(&cloud, &request).await,
        ("GET", _) => {
            let key = web::path_id(&request, "key", MISSING)?;
            let addon = admin::get_addon(&cloud, &key).await?;
            Ok(web::ok(AddonBody::new(&addon)))
        }
        ("PUT", _) => put(&cloud, &request).await,
        ("DELETE", _) => {
            let key = web::path_id(&request, "key", MISSING)?;
            admin::delete_addon(&cloud, &key).await?;
            Ok(web::no_content())
        }
        _ => Err(MISSING),
    }
}

async fn list(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<AddonKey> = Page::of(request)?;
    let found = admin::list_addons(cloud, page.after.as_ref(), page.limit).await?;
    let cursor = found.last_seen().map(|addon| page.cursor_after(&addon.key));
    let bodies: Vec<_> = found.items.iter().map(AddonBody::new).collect();
    Ok(web::list(bodies, cursor.as_deref()))
}

async fn put(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key: AddonKey = web::new_id(request, "key")?;
    let input: AddonInput = web::json_body(request)?;
    let saved = admin::put_addon(cloud, input.into_addon(key)).await?;
    Ok(web::ok(AddonBody::new(&saved.value)))
}
