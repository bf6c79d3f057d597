use cloud::Cloud;
use domain::{PackageKey, Problem};
use web::model::admin::{PackageBody, PackageInput};
use web::{Answer, Page, Request};
use workflow::admin;

const MISSING: Problem = Problem::NotFound("package");

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::superadmin(&request)?;
    match (request.method().as_str(), web::path_text(&request, "key")) {
        ("GET", "") => list(&cloud, &request).await,
        ("GET", _) => {
            let key = web::path_id(&request, "key", MISSING)?;
            let package = admin::get_package(&cloud, &key).await?;
            Ok(web::ok(PackageBody::new(&package)))
        }
        ("PUT", _) => put(&cloud, &request).await,
        ("DELETE", _) => {
            let key = web::path_id(&request, "key", MISSING)?;
            admin::delete_package(&cloud, &key).await?;
            Ok(web::no_content())
        }
        _ => Err(MISSING),
    }
}

async fn list(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<PackageKey> = Page::of(request)?;
    let found = admin::list_packages(cloud, page.after.as_ref(), page.limit).await?;
    let cursor = found.last_seen().map(|package| page.cursor_after(&package.key));
    let bodies: Vec<_> = found.items.iter().map(PackageBody::new).collect();
    Ok(web::list(bodies, cursor.as_deref()))
}

async fn put(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let key: PackageKey = web::new_id(request, "key")?;
    let input: PackageInput = web::json_body(request)?;
    let saved = admin::put_package(cloud, input.into_package(key)).await?;
    Ok(web::ok(PackageBody::new(&saved.value)))
}
