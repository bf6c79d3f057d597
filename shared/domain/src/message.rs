//! What goes through the queues. Every message is a versioned enum: a worker that meets a version it does not
//! know fails that record alone, and the message waits in the dead-letter queue for a worker that does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::edit::Edit;
use crate::hook::Hook;
use crate::id::{EditId, EventId, TenantId};
use crate::money::MicroUsd;

/// A message of the submit queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "v")]
pub enum SubmitMessage {
    /// Take the edit's next attempt.
    #[serde(rename = "1")]
    V1 {
        /// The payer, and the fair queue's message group: one loud tenant cannot starve the others.
        tenant_id: TenantId,
        /// The edit's event.
        event_id: EventId,
        edit_id: EditId,
        /// When it was last held back by something that is no fault of the edit's: from then on it has an attempt's
        /// time, whatever its deadline was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held_at: Option<Timestamp>,
    },
}

impl SubmitMessage {
    /// Asks for an edit's next attempt.
    pub fn of(edit: &Edit) -> Self {
        Self::V1 {
            tenant_id: edit.tenant_id.clone(),
            event_id: edit.event_id.clone(),
            edit_id: edit.id,
            held_at: None,
        }
    }

    /// The same message, held back at this time.
    #[must_use]
    pub fn held(mut self, at: Timestamp) -> Self {
        let Self::V1 { held_at, .. } = &mut self;
        *held_at = Some(at);
        self
    }
}

/// A message of the poll queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "v")]
pub enum PollMessage {
    /// Ask the provider how the attempt is going.
    #[serde(rename = "1")]
    V1 {
        /// The payer, and the fair queue's message group: one loud tenant cannot starve the others.
        tenant_id: TenantId,
        /// The edit's event.
        event_id: EventId,
        edit_id: EditId,
        /// The attempt; a message for an earlier one is out of date.
        attempt: u32,
        /// Polls made before this one.
        polls: u32,
        /// The provider has made a picture, as an earlier poll found, and it was out of reach.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unfetched: Option<Unfetched>,
        /// Why to poll now: a webhook, or the answer to a submit. A message with a hint polls once and is not sent again:
        /// the attempt's own poll message is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hint: Option<Hint>,
    },
}

/// A picture that a provider has made and that could not be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfetched {
    /// What the provider charges for it.
    pub charge_micro_usd: MicroUsd,
    /// So many times in a row it broke off while it was read.
    #[serde(default)]
    pub broken_off: u32,
}

/// The believable part of a webhook, or of the answer to a submit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The provider's own name for the task, where it signs for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl PollMessage {
    /// Polls an edit's attempt, which was polled this many times before.
    pub fn of(edit: &Edit, attempt: u32, polls: u32) -> Self {
        Self::V1 {
            tenant_id: edit.tenant_id.clone(),
            event_id: edit.event_id.clone(),
            edit_id: edit.id,
            attempt,
            polls,
            unfetched: None,
            hint: None,
        }
    }

    /// The same message, about an attempt whose picture is out of reach.
    #[must_use]
    pub fn with_unfetched(mut self, picture: Option<Unfetched>) -> Self {
        let Self::V1 { unfetched, .. } = &mut self;
        *unfetched = picture;
        self
    }

    /// Polls an edit's current attempt once, and carries the provider's name for it.
    pub fn named(edit: &Edit, handle: &str) -> Self {
        let request_id = handle.rsplit('/').next().map(str::to_owned);
        Self::V1 {
            tenant_id: edit.tenant_id.clone(),
            event_id: edit.event_id.clone(),
            edit_id: edit.id,
            attempt: edit.attempt,
            polls: 0,
            unfetched: None,
            hint: Some(Hint { request_id }),
        }
    }

    /// Polls the attempt of a webhook once.
    pub fn hinted(hook: Hook, request_id: Option<String>) -> Self {
        Self::V1 {
            tenant_id: hook.tenant_id,
            event_id: hook.event_id,
            edit_id: hook.edit_id,
            attempt: hook.attempt,
            polls: 0,
            unfetched: None,
            hint: Some(Hint { request_id }),
        }
    }
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
        let text =
            r#"{"v":"1","tenant_id":"t1","event_id":"e1","edit_id":"edit_01ARZ3NDEKTSV4RRFFQ69G5FAV"}"#;
        let message: SubmitMessage = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&message).unwrap(), text);
    }
}
