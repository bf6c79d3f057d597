//! The event bus in EventBridge.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use crate::PortError;
use crate::calls::{Call, CallCounter};
use crate::error::unavailable;

#[derive(Clone)]
pub(crate) struct EventBridge {
    client: Client,
    bus: String,
}

impl EventBridge {
    pub(crate) fn new(shared: &SdkConfig, bus: String) -> Self {
        let config = aws_sdk_eventbridge::config::Builder::from(shared).interceptor(CallCounter);
        Self {
            client: Client::from_conf(config.build()),
            bus,
        }
    }

    pub(super) async fn put(&self, source: &str, detail_type: &str, detail: String) -> Result<(), PortError> {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(source)
            .detail_type(detail_type)
            .detail(detail)
            .build();
        let answer = self
            .client
            .put_events()
            .entries(entry)
            .send()
            .await
            .map_err(unavailable(Call::PutEvents))?;
        // It answers 200 and says of each entry whether it was taken.
        let mut entries = answer.entries.iter().flatten();
        match entries.find_map(|entry| entry.error_code.as_deref()) {
            None => Ok(()),
            Some(code) => {
                tracing::warn!(call = %Call::PutEvents, error = code, "AWS call failed");
                Err(Call::PutEvents.failed())
            }
        }
    }
}
