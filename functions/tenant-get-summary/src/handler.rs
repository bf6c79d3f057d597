use cloud::Cloud;
use domain::Problem;
use web::model::SummaryBody;
use web::{Answer, Request};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = web::tenant_caller(&request, &tenant_id);
    let found = workflow::tenant::get_summary(&cloud, caller).await?;
    Ok(web::ok(SummaryBody::new(&found.summary, &found.budget_alerts)))
}
