//! SQS submit queue: sends an edit's next attempt to the provider.

mod handler;

use cloud::Cloud;
use workflow::Studio;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::Error> {
    Cloud::init_logs();
    let cloud = Cloud::from_env().await?;
    let studio = Studio::new()?;
    worker::serve(&cloud, |message| handler::handle(&cloud, &studio, message)).await
}
