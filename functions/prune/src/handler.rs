use cloud::Cloud;
use domain::operations::{Prune, Pruned};
use jiff::Timestamp;
use workflow::WorkError;

pub(crate) async fn handle(cloud: &Cloud, order: &Prune, stops_at: Timestamp) -> Result<Pruned, WorkError> {
    workflow::prune(cloud, order, stops_at).await
}
