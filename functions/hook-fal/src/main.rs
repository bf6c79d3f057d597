//! `POST /api/v1/hooks/fal/{edit}`: fal says that it has finished, and signs for it.

mod handler;

use cloud::{Cloud, invocation};
use providers::HttpClient;
use providers::fal::KeyRing;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    Cloud::init_logs();
    let cloud = Cloud::from_env().await?;
    let keys = KeyRing::new(HttpClient::new()?);
    web::serve(|request| invocation::observe(handler::handle(cloud.clone(), &keys, request))).await
}
