use cloud::Cloud;
use domain::operations::{RecoverStuck, Recovered};
use jiff::Timestamp;
use workflow::{Studio, WorkError};

pub(crate) async fn handle(
    cloud: &Cloud,
    studio: &Studio,
    asked: RecoverStuck,
    stops_at: Timestamp,
) -> Result<Recovered, WorkError> {
    workflow::recover_stuck(cloud, studio, &asked, stops_at).await
}
