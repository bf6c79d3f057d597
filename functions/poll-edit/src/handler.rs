use cloud::Cloud;
use domain::message::PollMessage;
use workflow::{Studio, WorkError};

pub(crate) async fn handle(cloud: &Cloud, studio: &Studio, message: PollMessage) -> Result<(), WorkError> {
    workflow::poll_edit(cloud, studio, &message).await
}
