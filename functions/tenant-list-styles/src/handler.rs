use cloud::Cloud;
use domain::Problem;
use web::model::TenantStyleBody;
use web::{Answer, Request};
use workflow::TenantCaller;

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = TenantCaller {
        tenant_id: &tenant_id,
        event_slug: web::path_text(&request, "eventSlug"),
    };
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
