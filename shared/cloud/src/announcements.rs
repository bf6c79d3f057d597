//! EventBridge: signals for whoever has subscribed to them.

use crate::PortError;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use domain::notice::{Notice, SOURCE};

use crate::Cloud;
use crate::error::unavailable;

impl Cloud {
    /// Publishes a signal to whoever has subscribed to it. Where that fails it is logged and nothing else: a signal never
    /// fails the request that caused it, and stands in the log anyway.
    pub async fn announce(&self, notice: &Notice) {
        if let Err(error) = self.put_event(notice).await {
            tracing::warn!(signal = notice.signal(), %error, "event not published");
        }
    }
}

impl Cloud {
    async fn put_event(&self, notice: &Notice) -> Result<(), PortError> {
        // Names and numbers always serialise.
        let detail = serde_json::to_string(notice).unwrap_or_default();
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.config.event_bus)
            .source(SOURCE)
            .detail_type(notice.signal())
            .detail(detail)
            .build();
        let answer = self
            .eventbridge
            .put_events()
            .entries(entry)
            .send()
            .await
            .map_err(unavailable("events.PutEvents"))?;
        // It answers 200 and says of each entry whether it was taken.
        match answer
            .entries
            .iter()
            .flatten()
            .find_map(|entry| entry.error_code.as_deref())
        {
            None => Ok(()),
            Some(code) => {
                tracing::warn!(call = "events.PutEvents", error = code, "AWS call failed");
                Err(PortError::Unavailable("events.PutEvents".to_owned()))
            }
        }
    }
}
