//! What happened at an event by the hour: items that TTL removes after three days.

use std::collections::BTreeMap;

use domain::activity::{ACTIVITY_RETENTION, Activity, hours_until, of_hour};
use domain::context::hour_of;
use domain::figures::{FIGURE_SHARDS, FiguresChange};
use domain::{Edit, EventId};
use jiff::Timestamp;
use serde::Deserialize;

use super::keys;
use crate::table::{Query, Update, Write, number};
use crate::{Cloud, PortError};

#[derive(Deserialize)]
struct Stored {
    sk: String,
    #[serde(flatten)]
    counted: Activity,
}

/// Counts what an edit's move changes, in the hour of the move. The shard is the one of the event's counters, so the two
/// writes of a transaction meet the same others. `None` where an hour counts nothing of it.
pub(super) fn add(edit: &Edit, change: &FiguresChange) -> Option<Write> {
    let at = edit.updated_at;
    let update = of_hour(change).fold(Update::default(), |update, (counter, amount)| {
        update.add(counter.attribute(), amount)
    });
    if update.add.is_empty() {
        return None;
    }
    let key = keys::activity(&edit.event_id, &hour_of(at), edit.id.shard(FIGURE_SHARDS));
    let expires_at = number(at.as_second() + ACTIVITY_RETENTION.as_secs());
    Some(Write::update(key, update.set("expires_at", expires_at)))
}

impl Cloud {
    /// What happened at an event in its last 48 hours, oldest first. One query of at most 768 small items, however many
    /// edits there were.
    pub async fn activity(&self, event: &EventId) -> Result<Vec<(Timestamp, Activity)>, PortError> {
        let hours = hours_until(self.now());
        let names: Vec<String> = hours.iter().copied().map(hour_of).collect();
        let (Some(first), Some(last)) = (names.first(), names.last()) else {
            return Ok(Vec::new());
        };
        // `~` sorts after every shard.
        let query = Query::table(keys::event_partition(event))
            .between(format!("ACTIVITY#{first}"), format!("ACTIVITY#{last}~"));
        let mut counted: BTreeMap<String, Activity> = BTreeMap::new();
        let stored: Vec<Stored> = self.page(query, "an hour's activity").await?;
        for shard in stored {
            let hour = shard.sk.split('#').nth(1).unwrap_or_default().to_owned();
            let sum = counted.entry(hour).or_default();
            *sum = sum.plus(shard.counted);
        }
        let of_hour = |name: &String| counted.get(name).copied().unwrap_or_default();
        Ok(hours.into_iter().zip(names.iter().map(of_hour)).collect())
    }
}
