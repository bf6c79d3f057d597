//! The Lambda runtime, as both packages use it: which function this process runs, and the loops that serve it.

mod handler;
mod http;

pub use handler::{UnknownHandler, handler};
pub use http::serve_http;
pub use lambda_http::{Error, Request, Response};
