use cloud::Cloud;
use domain::operations::{Dispatch, Dispatched};
use jiff::Timestamp;
use workflow::WorkError;

pub(crate) async fn handle(
    cloud: &Cloud,
    asked: Dispatch,
    stops_at: Timestamp,
) -> Result<Dispatched, WorkError> {
    workflow::dispatch(cloud, &asked, stops_at).await
}
