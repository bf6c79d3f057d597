use cloud::Cloud;
use domain::operations::{BackfillStorage, Backfilled};
use jiff::Timestamp;
use workflow::{Studio, WorkError};

pub(crate) async fn handle(
    cloud: &Cloud,
    studio: &Studio,
    asked: BackfillStorage,
    stops_at: Timestamp,
) -> Result<Backfilled, WorkError> {
    workflow::backfill_storage(cloud, studio, &asked, stops_at).await
}
