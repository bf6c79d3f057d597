use cloud::Cloud;
use domain::{PhotoId, Problem};
use jiff::Timestamp;
use serde::Serialize;
use web::{Answer, Page, Request};

#[derive(Serialize)]
struct PhotoBody<'a> {
    id: PhotoId,
    mime_type: &'a str,
    size_bytes: u64,
    created_at: Timestamp,
    url: &'a str,
}

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let caller = web::guest(&request, &address)?;
    let page = Page::of(&request)?;
    let found = workflow::list_photos(&cloud, caller, page.after, page.limit).await?;
    let bodies: Vec<_> = found
        .photos
        .iter()
        .map(|answer| PhotoBody {
            id: answer.photo.id,
            mime_type: &answer.photo.mime_type,
            size_bytes: answer.photo.size_bytes,
            created_at: answer.photo.created_at,
            url: &answer.url,
        })
        .collect();
    let cursor = found.next.as_ref().map(web::cursor_of);
    Ok(web::list(bodies, cursor.as_deref()))
}
