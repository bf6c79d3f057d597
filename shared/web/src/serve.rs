//! The loop of an HTTP function.

use std::convert::Infallible;

use domain::Problem;
use lambda_http::{Error, Request, RequestExt, Response, service_fn};

use crate::answer::Answer;
use crate::problem_details;

/// Answers requests until the execution environment ends. A handler never fails: what went wrong is an answer too,
/// because API Gateway would make a bare 500 of an error, and local emulators show its text.
///
/// # Errors
/// The runtime API cannot be reached.
pub async fn serve<H, F>(handler: H) -> Result<(), Error>
where
    H: Fn(Request) -> F + Send + Sync,
    F: Future<Output = Result<Answer, Problem>> + Send,
{
    let handler = &handler;
    lambda_http::run(service_fn(move |request: Request| {
        let request_id = request.lambda_context().request_id;
        async move {
            let response = match handler(request).await {
                Ok(answer) => answer.into_response(),
                Err(problem) => problem_details::render(&problem, &request_id),
            };
            Ok::<Response<String>, Infallible>(response)
        }
    }))
    .await
}
