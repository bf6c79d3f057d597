//! The HTTP API: one file per endpoint, with its wire types, its row of the OpenAPI document and its handler.
//!
//! Every endpoint is a Lambda function of its own; all of them are this package. [`FUNCTIONS`] is the list.

mod body;
mod caller;
mod deadline;
#[macro_use]
mod function;
mod model;
mod page;
mod problem;
mod response;
mod viewer;

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
pub use model::audit::AuditBody;
pub use model::watermark::{WatermarkBody, WatermarkInput};
pub(crate) use response::Answer;

// The files of all functions behind the HTTP API.
functions![
    openapi,
    guest::get_event,
    guest::list_styles,
    guest::list_photos,
    guest::get_photo,
    guest::create_photo,
    guest::create_edit,
    guest::get_edit,
    guest::list_edits,
    guest::delete_edit,
    guest::delete_photo,
    guest::list_gallery,
    tenant::list_edits,
    tenant::get_summary,
    tenant::create_edit,
    tenant::get_edit,
    tenant::hide_edit,
    tenant::show_edit,
    tenant::approve_edit,
    tenant::delete_edit,
    tenant::delete_photo,
    tenant::list_photos,
    tenant::get_photo,
    tenant::create_photo,
    tenant::list_styles,
    tenant::get_settings,
    tenant::update_settings,
    tenant::create_logo,
    tenant::list_events,
    tenant::guest_links,
    tenant::get_activity,
    tenant::export_edits,
    tenant::get_usage,
    tenant::list_usage_entries,
    tenant::list_audit,
    admin::ai_settings,
    admin::ai_styles,
    admin::packages,
    admin::addons,
    admin::tenants,
    admin::events,
    admin::event_addons,
    admin::event_tokens,
    admin::watermarks,
    admin::try_style,
    admin::list_audit,
    hooks::runware,
    hooks::fal,
];

/// What a function answers to a request that API Gateway has let through. Never fails: what went wrong is an answer too.
pub async fn answer(cloud: &Cloud, function: &str, request: Request) -> Response<String> {
    let request_id = request
        .lambda_context_ref()
        .map(|context| context.request_id.clone())
        .unwrap_or_default();
    let request = viewer::behind_the_site(cloud, request);
    let answer = match FUNCTIONS.iter().find(|known| known.name == function) {
        Some(function) => {
            let answer = cloud::within(
                deadline::time_for(cloud, &request),
                function.handle(cloud, &request),
            );
            answer.await.unwrap_or_else(|| {
                tracing::error!(function = function.name, "no time left, answering");
                Err(Problem::Unavailable)
            })
        }
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
