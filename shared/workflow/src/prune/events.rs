//! Deletes edits and photos of an event.

use std::collections::HashSet;

use cloud::PortError;
use domain::context::month_of;
use domain::event::Photo;
use domain::{Edit, EventId};

use super::{PAGE, Pruned, Run};

impl Run<'_> {
    pub(super) async fn event(&self, event: EventId) -> Result<Pruned, PortError> {
        let event = &event;
        let mut pruned = self.edits(event).await?;
        pruned.add(&self.photos(event).await?);
        if !self.pretend && !pruned.more {
            let month = month_of(self.ledger_ends);
            self.cloud.forget_figures_before(event, &month).await?;
        }
        Ok(pruned)
    }

    async fn edits(&self, event: &EventId) -> Result<Pruned, PortError> {
        let mut pruned = Pruned::default();
        let mut after = None;
        loop {
            if self.is_over() {
                pruned.more = true;
                return Ok(pruned);
            }
            let page = self
                .cloud
                .edits_made_before(event, self.requests_end, after, PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(pruned);
            };
            after = Some(last.id);
            let (over, under_way): (Vec<Edit>, Vec<Edit>) =
                page.into_iter().partition(|edit| edit.status.is_terminal());
            if !self.pretend && !over.is_empty() {
                self.cloud.remove_objects(&pictures(&over)).await?;
                self.cloud.forget_edits(&over).await?;
            }
            let outputs = over.iter().filter_map(|edit| edit.output.as_ref());
            pruned.add(&Pruned {
                requests: count(&over),
                outputs: u64::try_from(outputs.clone().count()).unwrap_or(0),
                bytes: outputs.map(|output| output.bytes).sum(),
                under_way: count(&under_way),
                ..Pruned::default()
            });
        }
    }

    async fn photos(&self, event: &EventId) -> Result<Pruned, PortError> {
        let mut pruned = Pruned::default();
        let mut in_use = None;
        let mut after = None;
        loop {
            if self.is_over() {
                pruned.more = true;
                return Ok(pruned);
            }
            let mut page = self
                .cloud
                .photos_made_before(event, self.requests_end, after, PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(pruned);
            };
            after = Some(last.id);
            if in_use.is_none() {
                in_use = Some(self.cloud.photos_under_way(event).await?);
            }
            page.retain(|photo| !in_use.as_ref().is_some_and(|in_use| in_use.contains(&photo.id)));
            if !self.pretend && !page.is_empty() {
                let keys: Vec<String> = page.iter().map(|photo| photo.object_key.clone()).collect();
                self.cloud.remove_objects(&keys).await?;
                self.cloud.forget_photos(&page).await?;
            }
            pruned.add(&Pruned {
                photos: count(&page),
                bytes: page.iter().map(|photo: &Photo| photo.size_bytes).sum(),
                ..Pruned::default()
            });
        }
    }
}

/// The object keys of edits, with or without a stored output: a worker may have died between the picture and the move.
fn pictures(edits: &[Edit]) -> Vec<String> {
    let mut keys = HashSet::new();
    for edit in edits {
        keys.extend([edit.output_key(), edit.thumbnail_key()]);
        if let Some(output) = &edit.output {
            keys.extend([output.object_key.clone(), output.thumbnail_key.clone()]);
        }
    }
    keys.into_iter().collect()
}

fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}
