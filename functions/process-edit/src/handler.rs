use cloud::Cloud;
use domain::message::SubmitMessage;
use workflow::{Studio, WorkError};

pub(crate) async fn handle(cloud: &Cloud, studio: &Studio, message: SubmitMessage) -> Result<(), WorkError> {
    workflow::process_edit(cloud, studio, &message).await
}
