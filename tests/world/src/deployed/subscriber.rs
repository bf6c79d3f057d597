//! A subscriber to the stack's events, as an organiser's own system would be: a rule with a queue.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use crate::{Place, Stack, unique};

/// A subscription to everything that the product publishes.
pub struct Subscriber {
    stack: Stack,
    rule: String,
    queue_url: String,
    events: Vec<Value>,
}

impl Subscriber {
    pub async fn new(place: &Place) -> Self {
        let stack = place.stack();
        let rule = format!("subscriber-{}", unique(place));
        let queue = stack.sqs.create_queue().queue_name(&rule).send().await.unwrap();
        let queue_url = queue.queue_url.unwrap();
        let asked = stack.sqs.get_queue_attributes().queue_url(&queue_url);
        let asked = asked.attribute_names(QueueAttributeName::QueueArn).send().await;
        let arn = asked.unwrap().attributes.unwrap()[&QueueAttributeName::QueueArn].clone();
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" },
            "Action": "sqs:SendMessage", "Resource": arn,
        }] });
        let allowed = stack.sqs.set_queue_attributes().queue_url(&queue_url);
        let allowed = allowed.attributes(QueueAttributeName::Policy, policy.to_string());
        allowed.send().await.unwrap();
        let bus = &stack.described.event_bus;
        let pattern = json!({ "source": ["magic-edits"] }).to_string();
        let put = json!({ "Name": rule, "EventBusName": bus, "EventPattern": pattern });
        stack.call("events", "AWSEvents.PutRule", &put).await.unwrap();
        let target = json!({ "Rule": rule, "EventBusName": bus, "Targets": [{ "Id": "queue", "Arn": arn }] });
        stack
            .call("events", "AWSEvents.PutTargets", &target)
            .await
            .unwrap();
        Self {
            stack: stack.clone(),
            rule,
            queue_url,
            events: Vec::new(),
        }
    }

    /// Every event so far.
    pub async fn events(&mut self) -> &[Value] {
        loop {
            let asked = self.stack.sqs.receive_message().queue_url(&self.queue_url);
            let answer = asked.max_number_of_messages(10).send().await.unwrap();
            let messages = answer.messages.unwrap_or_default();
            if messages.is_empty() {
                return &self.events;
            }
            for message in messages {
                self.events
                    .push(serde_json::from_str(&message.body.unwrap()).unwrap());
                let done = self.stack.sqs.delete_message().queue_url(&self.queue_url);
                let done = done.receipt_handle(message.receipt_handle.unwrap());
                done.send().await.unwrap();
            }
        }
    }

    /// Ends the subscription.
    pub async fn leave(self) {
        let bus = &self.stack.described.event_bus;
        let targets = json!({ "Rule": self.rule, "EventBusName": bus, "Ids": ["queue"] });
        self.stack
            .call("events", "AWSEvents.RemoveTargets", &targets)
            .await
            .unwrap();
        let rule = json!({ "Name": self.rule, "EventBusName": bus });
        self.stack
            .call("events", "AWSEvents.DeleteRule", &rule)
            .await
            .unwrap();
        let queue = self.stack.sqs.delete_queue().queue_url(&self.queue_url);
        queue.send().await.unwrap();
    }
}
