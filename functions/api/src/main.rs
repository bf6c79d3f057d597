//! The functions behind the HTTP API. Lambda says in `_HANDLER` which of them this process is.

use api::{FUNCTIONS, openapi};
use cloud::Cloud;
use lambda::http;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    Cloud::init_logs();
    let function = lambda::handler(FUNCTIONS, |function| function.name)?;
    // This function answers with a constant; without AWS clients it starts in half the time.
    if function.name == openapi::NAME {
        return http::serve(async |_| openapi::served()).await;
    }
    let cloud = Cloud::from_env().await?;
    http::serve(|request| api::answer(&cloud, function.name, request)).await
}
