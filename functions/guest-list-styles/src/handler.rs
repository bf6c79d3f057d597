use cloud::Cloud;
use domain::Problem;
use web::model::StyleBody;
use web::{Answer, Request};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let styles = workflow::list_styles(&cloud, web::guest(&request, &address)?).await?;
    let bodies: Vec<_> = styles
        .iter()
        .map(|answer| StyleBody::new(&answer.style, answer.locked))
        .collect();
    Ok(web::list(bodies, None))
}
