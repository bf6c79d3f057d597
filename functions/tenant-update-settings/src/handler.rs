use cloud::Cloud;
use domain::Problem;
use web::model::{EventSettingsBody, EventSettingsInput};
use web::{Answer, Request};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = web::tenant_caller(&request, &tenant_id);
    let change = web::json_body::<EventSettingsInput>(&request)?.into_change()?;
    let settings = workflow::tenant::change_settings(&cloud, caller, &change).await?;
    Ok(web::ok(EventSettingsBody::new(
        &settings.policy,
        settings.granted_by,
    )))
}
