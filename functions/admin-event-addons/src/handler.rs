use cloud::Cloud;
use domain::{AddonKey, EventId, Problem};
use web::model::admin::{EventAddonBody, EventAddonInput};
use web::{Answer, Request};
use workflow::admin;

const MISSING: Problem = Problem::NotFound("add-on of this event");

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::superadmin(&request)?;
    let event: EventId = web::path_id(&request, "eventId", Problem::EventNotFound)?;
    match (request.method().as_str(), web::path_text(&request, "key")) {
        ("GET", "") => {
            let found = admin::list_event_addons(&cloud, &event).await?;
            let now = cloud.now();
            let bodies: Vec<_> = found
                .iter()
                .map(|addon| EventAddonBody::new(addon, now))
                .collect();
            Ok(web::list(bodies, None))
        }
        ("GET", _) => {
            let key = web::path_id(&request, "key", MISSING)?;
            let addon = admin::get_event_addon(&cloud, &event, &key).await?;
            Ok(web::ok(EventAddonBody::new(&addon, cloud.now())))
        }
        ("PUT", _) => {
            let key: AddonKey = web::new_id(&request, "key")?;
            let input: EventAddonInput = web::json_body(&request)?;
            let saved = admin::put_event_addon(&cloud, &event, input.into_addon(key)).await?;
            Ok(web::ok(EventAddonBody::new(&saved.value, cloud.now())))
        }
        ("DELETE", _) => {
            let key = web::path_id(&request, "key", MISSING)?;
            admin::delete_event_addon(&cloud, &event, &key).await?;
            Ok(web::no_content())
        }
        _ => Err(MISSING),
    }
}
