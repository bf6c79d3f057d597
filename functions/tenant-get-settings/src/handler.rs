use cloud::Cloud;
use domain::Problem;
use web::model::EventSettingsBody;
use web::{Answer, Request};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = web::tenant_caller(&request, &tenant_id);
    let settings = workflow::tenant::get_settings(&cloud, caller).await?;
    Ok(web::ok(EventSettingsBody::new(
        &settings.policy,
        settings.granted_by,
    )))
}
