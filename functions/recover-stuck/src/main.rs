//! Invoked by a schedule or an operator: looks after edits that do not move.

mod handler;

use cloud::Cloud;
use workflow::Studio;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::Error> {
    Cloud::init_logs();
    let cloud = Cloud::from_env().await?;
    let studio = Studio::new()?;
    worker::serve_invoked(|asked, stops_at| handler::handle(&cloud, &studio, asked, stops_at)).await
}
