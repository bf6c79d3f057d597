use cloud::Cloud;
use domain::Problem;
use web::model::admin::{AdminSettingsBody, AdminSettingsInput};
use web::{Answer, Request};
use workflow::admin::{self, SettingsAnswer, SettingsChange};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::superadmin(&request)?;
    let settings = match request.method().as_str() {
        "PATCH" => {
            let input: AdminSettingsInput = web::json_body(&request)?;
            let change = SettingsChange {
                members: input.members,
            };
            admin::change_settings(&cloud, &change).await?
        }
        _ => admin::read_settings(&cloud).await?,
    };
    Ok(web::ok(body(settings)))
}

fn body(answer: SettingsAnswer) -> AdminSettingsBody {
    let settings = answer.settings.into_iter();
    let keys = answer.keys.into_iter();
    AdminSettingsBody::new(
        settings.map(|answer| (answer.setting.name(), answer.value, answer.source.as_str())),
        keys.map(|(provider, is_set)| (format!("{provider}_api_key"), is_set)),
    )
}
