use cloud::Cloud;
use domain::Problem;
use web::model::admin::{NewWatermarkBody, WatermarkImageInput};
use web::{Answer, Request};
use workflow::admin::{self, NewWatermark};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::superadmin(&request)?;
    let input: WatermarkImageInput = web::json_body(&request)?;
    let new = NewWatermark {
        mime_type: input.mime_type.as_str().to_owned(),
        size_bytes: input.size_bytes,
    };
    let made = admin::create_watermark(&cloud, new).await?;
    Ok(web::created(NewWatermarkBody::new(&made.image_key, &made.upload)))
}
