//! What every HTTP function shares: caller, body, answers, problem details, pagination.

mod answer;
mod body;
mod caller;
pub mod model;
pub mod openapi;
mod page;
mod problem_details;
mod serve;

pub use answer::{Answer, accepted, created, document, list, no_content, ok};
pub use body::{json_body, json_value, small_body, within_limits};
pub use caller::{
    guest, idempotency_key, new_id, path_id, path_text, source_address, superadmin, tenant, tenant_caller,
};
pub use lambda_http::{Error, Request};
pub use page::{Page, query_text};
pub use serve::serve;
