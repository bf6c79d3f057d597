//! Add-ons of events: entries of one list, changed one at a time.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use domain::audit::{Change, Deed};
use domain::event::Addon;
use domain::{AddonKey, EventId};
use serde::Serialize;

use super::keys;
use crate::error::unreadable;
use crate::table::{Condition, Update, Value, Write};
use crate::{Cloud, SaveError};

const ADDONS: &str = "addons";

#[derive(Serialize)]
struct Addons {
    addons: Vec<Addon>,
}

impl Cloud {
    /// Adds or replaces one add-on of an event and leaves the others alone; false where there is no such event.
    pub async fn save_event_addon(
        &self,
        event: &EventId,
        addon: &Addon,
        deed: &Deed,
    ) -> Result<bool, SaveError> {
        self.change_addons(event, &addon.key, deed, |addons| {
            match addons.iter_mut().find(|has| has.key == addon.key) {
                Some(has) => *has = addon.clone(),
                None => addons.push(addon.clone()),
            }
            true
        })
        .await
    }

    /// Takes an add-on away; false where the event has none, or there is no such event.
    pub async fn remove_event_addon(
        &self,
        event: &EventId,
        key: &AddonKey,
        deed: &Deed,
    ) -> Result<bool, SaveError> {
        self.change_addons(event, key, deed, |addons| {
            let before = addons.len();
            addons.retain(|has| has.key != *key);
            addons.len() < before
        })
        .await
    }

    /// Changes the list on condition that it is still as it was read, and reads again if it is not. False where there
    /// is no such event, or nothing to change.
    async fn change_addons(
        &self,
        event: &EventId,
        key: &AddonKey,
        deed: &Deed,
        change: impl Fn(&mut Vec<Addon>) -> bool + Sync,
    ) -> Result<bool, SaveError> {
        let attempt = || async {
            let Some(mut item) = self.table.get(&keys::event(event)).await? else {
                return Ok(false);
            };
            let before = item.remove(ADDONS).unwrap_or_else(|| Value::L(Vec::new()));
            let mut addons: Vec<Addon> = serde_dynamo::from_attribute_value(before.clone())
                .map_err(unreadable("an event's add-ons"))?;
            let of_key = |addons: &[Addon]| addons.iter().find(|has| has.key == *key).cloned();
            let had = of_key(&addons);
            if !change(&mut addons) {
                return Ok(false);
            }
            let changes = Change::between(had.as_ref(), of_key(&addons).as_ref());
            let unchanged = Condition::Exists.and(Condition::eq(ADDONS, before));
            let update = Update::fields(Addons { addons })?;
            let write = Write::update(keys::event(event), update).when(unchanged);
            let mut writes = vec![write];
            writes.extend(self.audit_writes(&deed.clone().with(changes))?);
            self.transact(writes).await?;
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
