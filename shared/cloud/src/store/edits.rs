//! Reading edits.

use std::collections::{HashMap, HashSet};

use domain::context::month_of;
use domain::figures::Figures;
use domain::{Edit, EditId, EventId};

use super::{figures, keys};
use crate::{Cloud, PortError};

impl Cloud {
    pub async fn edit(&self, event: &EventId, id: EditId) -> Result<Option<Edit>, PortError> {
        self.read(keys::edit(event, id), "an edit").await
    }

    /// An edit, and the shard of its event's counters that counts it: two items, which tell its place in the queue.
    pub async fn edit_in_queue(
        &self,
        event: &EventId,
        id: EditId,
    ) -> Result<Option<(Edit, Figures)>, PortError> {
        let edit = keys::edit(event, id);
        let shard = figures::key_of(event, &month_of(id.created_at()), id);
        let found = self.read_together([edit.clone(), shard.clone()]).await?;
        let shard = figures::shard(&found, &shard)?;
        Ok(found.get(&edit, "an edit")?.map(|edit| (edit, shard)))
    }

    /// The shards that count these edits of an event, which are a page of it; at most 100.
    pub async fn shards_of(
        &self,
        event: &EventId,
        edits: impl Iterator<Item = EditId>,
    ) -> Result<HashMap<EditId, Figures>, PortError> {
        let keys: HashMap<EditId, _> = edits
            .map(|id| (id, figures::key_of(event, &month_of(id.created_at()), id)))
            .collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let distinct: HashSet<_> = keys.values().cloned().collect();
        let found = self.read_together(distinct).await?;
        keys.into_iter()
            .map(|(id, key)| Ok((id, figures::shard(&found, &key)?)))
            .collect()
    }
}
