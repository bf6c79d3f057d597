use cloud::Cloud;
use domain::Problem;
use web::model::{NewPhotoBody, PhotoInput};
use web::{Answer, Request};
use workflow::NewPhoto;

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let caller = web::guest(&request, &address)?;
    let input: PhotoInput = web::json_body(&request)?;
    let new = NewPhoto {
        mime_type: input.mime_type.as_str().to_owned(),
        size_bytes: input.size_bytes,
    };
    let registered = workflow::create_photo(&cloud, caller, new).await?;
    Ok(web::created(NewPhotoBody::new(
        &registered.photo,
        &registered.upload,
    )))
}
