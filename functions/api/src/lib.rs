//! The HTTP API: one file per endpoint, with its wire types, its row of the OpenAPI document and its handler.
//!
//! Every endpoint is a Lambda function of its own; all of them are this package. [`FUNCTIONS`] is the list.

mod body;
mod caller;
#[macro_use]
mod function;
mod model;
mod page;
mod problem;
mod response;

pub mod admin;
mod guest;
mod hooks;
pub mod openapi;
pub mod tenant;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use cloud::Cloud;
use domain::Problem;
use lambda_http::{RequestExt, Response};

pub use body::{json_value, within_limits};
pub use function::{Access, Function, Route, routes};
pub use lambda_http::Request;
pub use model::watermark::{WatermarkBody, WatermarkInput};
pub(crate) use response::Answer;

/// Every function behind the HTTP API. Its name is its `Handler` in `template.yaml` and its sample in `events/`.
pub const FUNCTIONS: &[Function] = &[
    openapi::FUNCTION,
    guest::get_event::FUNCTION,
    guest::list_styles::FUNCTION,
    guest::list_photos::FUNCTION,
    guest::create_photo::FUNCTION,
    guest::create_edit::FUNCTION,
    guest::get_edit::FUNCTION,
    tenant::list_edits::FUNCTION,
    tenant::get_summary::FUNCTION,
    tenant::create_edit::FUNCTION,
    tenant::get_edit::FUNCTION,
    tenant::list_styles::FUNCTION,
    tenant::get_settings::FUNCTION,
    tenant::update_settings::FUNCTION,
    admin::ai_settings::FUNCTION,
    admin::ai_styles::FUNCTION,
    admin::packages::FUNCTION,
    admin::addons::FUNCTION,
    admin::tenants::FUNCTION,
    admin::events::FUNCTION,
    admin::event_addons::FUNCTION,
    admin::event_tokens::FUNCTION,
    admin::watermarks::FUNCTION,
    hooks::runware::FUNCTION,
    hooks::fal::FUNCTION,
];

/// What a function answers to a request that API Gateway has let through. Never fails: what went wrong is an answer too.
pub async fn answer(cloud: &Cloud, function: &str, request: Request) -> Response<String> {
    let request_id = request
        .lambda_context_ref()
        .map(|context| context.request_id.clone())
        .unwrap_or_default();
    let answer = match FUNCTIONS.iter().find(|known| known.name == function) {
        Some(function) => function.handle(cloud, &request).await,
        None => {
            tracing::error!(function, "there is no such function");
            Err(Problem::Internal)
        }
    };
    match answer {
        Ok(answer) => answer.into_response(),
        Err(problem) => problem::render(&problem, &request_id),
    }
}
