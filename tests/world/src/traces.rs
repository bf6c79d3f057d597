//! Everything that is stored of a world, to tell whether a request has left anything behind.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::context::{hour_of, month_of};

use crate::{Guest, World};

/// The items of an event, its tenant, its ledger and one of its guests, by their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces(BTreeMap<(String, String), BTreeMap<String, AttributeValue>>);

impl Traces {
    /// Reads them all, with what this guest has under an idempotency key.
    pub async fn of(world: &World, guest: &Guest, key: &str) -> Self {
        let scope = guest.scope_hash(&world.event);
        let (tenant, event) = (&world.tenant.id, &world.event.id);
        let month = month_of(world.stack.cloud.now());
        let partitions = [
            format!("EVENT#{event}"),
            format!("TENANT#{tenant}"),
            format!("TENANT#{tenant}#LEDGER#{month}"),
            format!("SCOPE#{scope}"),
            format!("IDEM#{scope}#{key}"),
        ];
        let mut found = BTreeMap::new();
        for partition in partitions {
            for item in world.stack.partition(&partition).await {
                let text = |name: &str| item[name].as_s().unwrap().clone();
                let keys = (text("pk"), text("sk"));
                found.insert(keys, item.into_iter().collect());
            }
        }
        Self(found)
    }

    /// What is there now and was not before, or is not as it was, by sort key.
    pub fn since<'a>(&'a self, before: &Self) -> Vec<&'a str> {
        let changed = self
            .0
            .iter()
            .filter(|(keys, item)| before.0.get(*keys) != Some(item));
        changed.map(|((_, sk), _)| sk.as_str()).collect()
    }
}

/// A guest that has already tried so many blocked prompts in this hour, and about whom that was said.
pub async fn remember_blocked(world: &World, guest: &Guest, blocked: u32) {
    let text = |value: String| AttributeValue::S(value);
    let put = world.stack.dynamodb.put_item();
    let put = put.table_name(&world.stack.described.table);
    let hour = hour_of(world.stack.cloud.now());
    put.item("pk", text(format!("SCOPE#{}", guest.scope_hash(&world.event))))
        .item("sk", text(format!("HOUR#{hour}")))
        .item("blocked", AttributeValue::N(blocked.to_string()))
        .item("escalated", AttributeValue::Bool(true))
        .send()
        .await
        .unwrap();
}
