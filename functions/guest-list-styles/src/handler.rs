use cloud::Cloud;
use domain::{Problem, StyleKey};
use serde::Serialize;
use web::{Answer, Request};
use workflow::StyleAnswer;

#[derive(Serialize)]
struct StyleBody<'a> {
    key: &'a StyleKey,
    name: &'a str,
    description: &'a str,
    preview_url: Option<&'a str>,
    is_premium: bool,
    locked: bool,
}

pub(crate) async fn handle(cloud: Cloud, request: Request) -> Result<Answer, Problem> {
    let address = web::source_address(&request);
    let styles = workflow::list_styles(&cloud, web::guest(&request, &address)?).await?;
    let bodies: Vec<_> = styles.iter().map(body).collect();
    Ok(web::list(bodies, None))
}

fn body(answer: &StyleAnswer) -> StyleBody<'_> {
    let style = &answer.style;
    StyleBody {
        key: &style.key,
        name: &style.name,
        description: &style.description,
        preview_url: style.preview_url.as_deref(),
        is_premium: style.is_premium,
        locked: answer.locked,
    }
}
