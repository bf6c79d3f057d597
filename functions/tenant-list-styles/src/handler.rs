use cloud::Cloud;
use domain::Problem;
use web::model::TenantStyleBody;
use web::{Answer, Request};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = web::tenant_caller(&request, &tenant_id);
    let styles = workflow::tenant::list_styles(&cloud, caller).await?;
    let bodies = styles.iter().map(|found| {
        let body = TenantStyleBody::new(&found.style, found.allowed, found.locked);
        match found.hurdle {
            Some(hurdle) => body.with_reason(hurdle.as_str(), hurdle.message()),
            None => body,
        }
    });
    Ok(web::list(bodies.collect::<Vec<_>>(), None))
}
