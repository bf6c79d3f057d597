//! `POST /api/v1/hooks/runware/{edit}`: Runware says that it has finished.

mod handler;

use cloud::{Cloud, invocation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    Cloud::init_logs();
    let cloud = Cloud::from_env().await?;
    web::serve(|request| invocation::observe(handler::handle(cloud.clone(), request))).await
}
