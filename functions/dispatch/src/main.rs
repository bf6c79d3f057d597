//! Invoked by an operator: sends the edits that were held back.

mod handler;

use cloud::Cloud;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::Error> {
    Cloud::init_logs();
    let cloud = Cloud::from_env().await?;
    worker::serve_invoked(|asked, stops_at| handler::handle(&cloud, asked, stops_at)).await
}
