//! The messages of functions: each is in the group of its tenant, so that a loud tenant cannot starve the others, and no
//! delay is longer than SQS allows.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::audit::{Check, equal};

/// The longest delay of SQS.
const LONGEST_DELAY_SECONDS: u64 = 900;

/// Counts of sent messages.
#[derive(Debug, Default)]
pub struct Messages {
    all: AtomicU64,
    in_another_group: AtomicU64,
    too_late: AtomicU64,
}

impl Messages {
    /// Counts the messages of a call; the operation is for example `SendMessage`.
    pub fn note(&self, operation: &str, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        match operation {
            "SendMessage" => self.count(&body),
            "SendMessageBatch" => body["Entries"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(|entry| self.count(entry)),
            _ => {}
        }
    }

    fn count(&self, sent: &Value) {
        let message: Value = serde_json::from_str(sent["MessageBody"].as_str().unwrap()).unwrap_or_default();
        let is_in_its_group =
            sent["MessageGroupId"].is_string() && sent["MessageGroupId"] == message["tenant_id"];
        let is_too_late = sent["DelaySeconds"].as_u64() > Some(LONGEST_DELAY_SECONDS);
        self.all.fetch_add(1, Ordering::Relaxed);
        self.in_another_group
            .fetch_add(u64::from(!is_in_its_group), Ordering::Relaxed);
        self.too_late.fetch_add(u64::from(is_too_late), Ordering::Relaxed);
    }

    /// The promises about all of them.
    pub fn checks(&self) -> [Check; 3] {
        let all = self.all.load(Ordering::Relaxed);
        [
            Check {
                what: "messages that functions sent",
                expected: "≥ 1".to_owned(),
                found: all.to_string(),
                is_kept: all > 0,
            },
            equal(
                "messages that are not in their tenant's group",
                0,
                self.in_another_group.load(Ordering::Relaxed),
            ),
            equal(
                "messages for later than SQS allows",
                0,
                self.too_late.load(Ordering::Relaxed),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_without_its_tenants_group_and_one_for_too_late_are_seen() {
        let messages = Messages::default();
        let sent = |group: Value, delay: u64| json!({ "MessageBody": r#"{"tenant_id":"one"}"#, "MessageGroupId": group, "DelaySeconds": delay });
        messages.note("SendMessage", sent(json!("one"), 900).to_string().as_bytes());
        let batch = json!({ "Entries": [sent(json!("another"), 0), sent(json!(null), 901)] });
        messages.note("SendMessageBatch", batch.to_string().as_bytes());
        messages.note("ReceiveMessage", b"{}");
        assert_eq!(messages.checks().map(|check| check.found), ["3", "2", "1"]);
    }
}
