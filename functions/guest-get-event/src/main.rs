//! `GET /api/v1/events/{token}`: what is possible at the event, and if nothing is, why.

mod handler;

use cloud::{Cloud, invocation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    Cloud::init_logs();
    let cloud = Cloud::from_env().await?;
    web::serve(|request| invocation::observe(handler::handle(cloud.clone(), request))).await
}
