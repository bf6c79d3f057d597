use cloud::Cloud;
use domain::Problem;
use web::model::PhotoBody;
use web::{Answer, Page, Request};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let caller = web::guest(&request, &address)?;
    let page = Page::of(&request)?;
    let found = workflow::list_photos(&cloud, caller, page.after, page.limit).await?;
    let bodies: Vec<_> = found
        .photos
        .iter()
        .map(|answer| PhotoBody::new(&answer.photo, &answer.url))
        .collect();
    let cursor = found.next.as_ref().map(|last| page.cursor_after(last));
    Ok(web::list(bodies, cursor.as_deref()))
}
