//! What goes through the queues. Every message is a versioned enum: a worker that meets a version it does not
//! know fails that record alone, and the message waits in the dead-letter queue for a worker that does.

use serde::{Deserialize, Serialize};

use crate::id::{EditId, EventId, TenantId};

/// A message of the submit queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "v")]
pub enum SubmitMessage {
    /// Take the edit's next attempt.
    #[serde(rename = "1")]
    V1 {
        /// Who pays: the fair queue's message group, so that one loud tenant cannot starve the others.
        tenant_id: TenantId,
        /// The edit's event.
        event_id: EventId,
        /// The edit.
        edit_id: EditId,
    },
}

/// A message of the poll queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "v")]
pub enum PollMessage {
    /// Ask the provider how the attempt is going.
    #[serde(rename = "1")]
    V1 {
        /// Who pays: the fair queue's message group, so that one loud tenant cannot starve the others.
        tenant_id: TenantId,
        /// The edit's event.
        event_id: EventId,
        /// The edit.
        edit_id: EditId,
        /// The attempt; a message for an earlier one is out of date.
        attempt: u32,
        /// Polls made before this one.
        polls: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_wire_form() {
        let text = r#"{"v":"1","tenant_id":"t1","event_id":"e1","edit_id":"edit_01ARZ3NDEKTSV4RRFFQ69G5FAV","attempt":2,"polls":7}"#;
        let message: PollMessage = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&message).unwrap(), text);
        assert!(serde_json::from_str::<PollMessage>(&text.replace("\"1\"", "\"2\"")).is_err());
    }
}
