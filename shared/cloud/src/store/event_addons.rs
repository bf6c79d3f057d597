//! Add-ons of events: entries of one list, changed one at a time.

use crate::SaveError;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use backon::{ExponentialBuilder, Retryable};
use domain::event::Addon;
use domain::{AddonKey, EventId};
use serde::Serialize;

use super::catalog::changed;
use super::change::{Change, Tests};
use super::keys;
use crate::Cloud;

const ADDONS: &str = "addons";

#[derive(Serialize)]
struct Addons {
    addons: Vec<Addon>,
}

impl Cloud {
    /// Adds or replaces one add-on of an event and leaves the others alone; false where there is no such event.
    pub async fn save_event_addon(&self, event: &EventId, addon: &Addon) -> Result<bool, SaveError> {
        self.change_addons(event, |addons| {
            match addons.iter_mut().find(|has| has.key == addon.key) {
                Some(has) => *has = addon.clone(),
                None => addons.push(addon.clone()),
            }
            true
        })
        .await
    }

    /// Takes an add-on away; false where the event has none, or there is no such event.
    pub async fn remove_event_addon(&self, event: &EventId, key: &AddonKey) -> Result<bool, SaveError> {
        self.change_addons(event, |addons| {
            let before = addons.len();
            addons.retain(|has| has.key != *key);
            addons.len() < before
        })
        .await
    }
}

impl Cloud {
    /// Changes the list, on condition that it still is what was read, and again if it is not. False where there is no
    /// such event, or nothing to change.
    async fn change_addons(
        &self,
        event: &EventId,
        change: impl Fn(&mut Vec<Addon>) -> bool + Sync,
    ) -> Result<bool, SaveError> {
        let attempt = || async {
            let Some(mut item) = self.read_item(keys::event(event)).await? else {
                return Ok(false);
            };
            let before = item
                .remove(ADDONS)
                .unwrap_or_else(|| AttributeValue::L(Vec::new()));
            let mut addons: Vec<Addon> = serde_dynamo::from_attribute_value(before.clone())
                .map_err(crate::error::unreadable("an event's add-ons"))?;
            if !change(&mut addons) {
                return Ok(false);
            }
            let unchanged = Tests::present().and(ADDONS, "=", before);
            let write = Change::of(keys::event(event), Addons { addons })?.when(unchanged);
            self.transact(vec![self.change(write)?]).await.map_err(changed)?;
            Ok(true)
        };
        let backoff = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(15))
            .with_max_times(6);
        let made = attempt.retry(backoff);
        made.when(|error| matches!(error, SaveError::Changed)).await
    }
}
