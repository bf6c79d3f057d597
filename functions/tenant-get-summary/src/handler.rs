use cloud::Cloud;
use domain::Problem;
use web::model::SummaryBody;
use web::{Answer, Request};
use workflow::TenantCaller;

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = TenantCaller {
        tenant_id: &tenant_id,
        event_slug: web::path_text(&request, "eventSlug"),
    };
    let found = workflow::tenant::get_summary(&cloud, caller).await?;
    Ok(web::ok(SummaryBody::new(&found.summary, &found.budget_alerts)))
}
