use cloud::Cloud;
use jiff::Timestamp;
use workflow::{Prune, Pruned, WorkError};

pub(crate) async fn handle(cloud: &Cloud, order: &Prune, stops_at: Timestamp) -> Result<Pruned, WorkError> {
    workflow::prune(cloud, order, stops_at).await
}
