//! Daily, and by hand: takes away what has had its time.

mod handler;

use cloud::Cloud;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::Error> {
    Cloud::init_logs();
    let cloud = Cloud::from_env().await?;
    let cloud = &cloud;
    worker::serve_invoked(
        move |order, stops_at| async move { handler::handle(cloud, &order, stops_at).await },
    )
    .await
}
