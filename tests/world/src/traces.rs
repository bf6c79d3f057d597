//! Everything that is stored of a world: it tells whether a request left something behind.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::context::{hour_of, month_of};

use crate::table::{keyed, number};
use crate::{Guest, World};

/// The items of an event, its tenant, its ledger and one of its guests, by their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces(BTreeMap<(String, String), BTreeMap<String, AttributeValue>>);

impl Traces {
    /// Reads them, with the guest's record of an idempotency key.
    pub async fn of(world: &World, guest: &Guest, key: &str) -> Self {
        let scope = guest.scope_hash(&world.event);
        let (tenant, event) = (&world.tenant.id, &world.event.id);
        let month = month_of(world.place.now());
        let partitions = [
            format!("EVENT#{event}"),
            format!("TENANT#{tenant}"),
            format!("TENANT#{tenant}#LEDGER#{month}"),
            format!("SCOPE#{scope}"),
            format!("IDEM#{scope}#{key}"),
        ];
        let mut found = BTreeMap::new();
        for partition in partitions {
            for item in world.place.partition(&partition).await {
                let text = |name: &str| item[name].as_s().unwrap().clone();
                let keys = (text("pk"), text("sk"));
                found.insert(keys, item.into_iter().collect());
            }
        }
        Self(found)
    }

    /// The sort keys of items that are new or changed since then.
    pub fn since<'a>(&'a self, before: &Self) -> Vec<&'a str> {
        let changed = self
            .0
            .iter()
            .filter(|(keys, item)| before.0.get(*keys) != Some(item));
        changed.map(|((_, sk), _)| sk.as_str()).collect()
    }
}

/// Stores that a guest tried this many blocked prompts in this hour and was escalated.
pub async fn remember_blocked(world: &World, guest: &Guest, blocked: u32) {
    let scope = format!("SCOPE#{}", guest.scope_hash(&world.event));
    let hour = format!("HOUR#{}", hour_of(world.place.now()));
    let mut item = keyed(&scope, &hour);
    item.insert("blocked".to_owned(), number(blocked.into()));
    item.insert("escalated".to_owned(), AttributeValue::Bool(true));
    world.place.put_item(item).await;
}
