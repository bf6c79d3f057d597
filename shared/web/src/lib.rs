//! What every HTTP function shares: caller, body, answers, problem details, pagination.

mod answer;
mod body;
mod caller;
pub mod model;
mod page;
mod problem_details;
mod serve;

pub use answer::{Answer, accepted, created, list, ok};
pub use body::json_body;
pub use caller::{guest, idempotency_key, path_id, path_text, source_address, superadmin, tenant};
pub use lambda_http::{Error, Request};
pub use page::{Page, cursor_of};
pub use serve::serve;
