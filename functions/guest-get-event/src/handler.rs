use cloud::Cloud;
use domain::Problem;
use web::model::EventBody;
use web::{Answer, Request};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let event = workflow::get_event(&cloud, web::guest(&request, &address)?).await?;
    Ok(web::ok(EventBody::new(
        &event.name,
        &event.policy,
        event.obstacle.as_ref(),
    )))
}
