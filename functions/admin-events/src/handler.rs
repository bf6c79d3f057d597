use cloud::Cloud;
use domain::{EventId, Problem};
use web::model::admin::{AdminEventBody, AdminEventInput, WatermarkInput};
use web::{Answer, Page, Request};
use workflow::admin::{self, EventAnswer, EventInput};

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    web::superadmin(&request)?;
    match (request.method().as_str(), web::path_text(&request, "eventId")) {
        ("GET", "") => list(&cloud, &request).await,
        ("GET", _) => {
            let id = web::path_id(&request, "eventId", Problem::EventNotFound)?;
            let found = admin::get_event(&cloud, &id).await?;
            Ok(web::ok(body(&cloud, &found)))
        }
        ("PUT", _) => put(&cloud, &request).await,
        _ => Err(Problem::EventNotFound),
    }
}

async fn list(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let page: Page<EventId> = Page::of(request)?;
    let found = admin::list_events(cloud, page.after.as_ref(), page.limit).await?;
    let cursor = found
        .last_seen()
        .map(|answer| page.cursor_after(&answer.event.id));
    let bodies: Vec<_> = found.items.iter().map(|answer| body(cloud, answer)).collect();
    Ok(web::list(bodies, cursor.as_deref()))
}

async fn put(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let id: EventId = web::new_id(request, "eventId")?;
    let input: AdminEventInput = web::json_body(request)?;
    let input = EventInput {
        id,
        tenant_id: input.tenant_id,
        slug: input.slug,
        name: input.name,
        package_key: input.package_key,
        watermark: input.watermark.map(WatermarkInput::into_settings),
    };
    let saved = admin::put_event(cloud, &input).await?;
    Ok(web::ok(body(cloud, &saved.value)))
}

fn body<'a>(cloud: &Cloud, answer: &'a EventAnswer) -> AdminEventBody<'a> {
    AdminEventBody::new(&answer.event, answer.granted_by, cloud.now())
}
