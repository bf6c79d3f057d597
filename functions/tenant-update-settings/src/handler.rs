use cloud::Cloud;
use domain::Problem;
use web::model::{EventSettingsBody, EventSettingsInput};
use web::{Answer, Request};
use workflow::TenantCaller;

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let tenant_id = web::tenant(&request)?;
    let caller = TenantCaller {
        tenant_id: &tenant_id,
        event_slug: web::path_text(&request, "eventSlug"),
    };
    let change = web::json_body::<EventSettingsInput>(&request)?.into_change()?;
    let settings = workflow::tenant::change_settings(&cloud, caller, &change).await?;
    Ok(web::ok(EventSettingsBody::new(
        &settings.policy,
        settings.granted_by,
    )))
}
