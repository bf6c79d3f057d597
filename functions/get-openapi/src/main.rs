//! `GET /api/v1/openapi.json`: the contract, as it is checked in.

mod handler;

use cloud::{Cloud, invocation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), web::Error> {
    Cloud::init_logs();
    web::serve(|_| invocation::observe(handler::handle())).await
}
