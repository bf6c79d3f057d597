//! Functions behind the HTTP API.

use std::convert::Infallible;

use cloud::invocation;
use lambda_http::{Error, Request, Response, service_fn};

/// Answers requests until the execution environment ends. A handler never fails: API Gateway would turn an error into a
/// bare 500, and local emulators would show its text to the caller.
///
/// # Errors
/// The runtime API cannot be reached.
pub async fn serve<H, F>(handler: H) -> Result<(), Error>
where
    H: Fn(Request) -> F + Send + Sync,
    F: Future<Output = Response<String>> + Send,
{
    let handler = &handler;
    lambda_http::run(service_fn(move |request: Request| {
        invocation::observe(async move { Ok::<_, Infallible>(handler(request).await) })
    }))
    .await
}
