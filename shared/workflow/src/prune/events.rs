//! Deletes edits and photos of an event.

use cloud::{OldPhoto, PortError};
use domain::context::month_of;
use domain::photo::Photo;
use domain::{Edit, EventId};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::{PAGE, Pruned, Run};

/// Photos to mark at once.
const MARKS: usize = 8;

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
                let pictures: Vec<String> = over.iter().flat_map(Edit::object_keys).collect();
                self.cloud.remove_objects(&pictures).await?;
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
            after = Some(last.photo.id);
            if in_use.is_none() {
                in_use = Some(self.cloud.photos_under_way(event).await?);
            }
            let now = self.cloud.now();
            page.retain(|old| {
                let is_in_use = in_use
                    .as_ref()
                    .is_some_and(|in_use| in_use.contains(&old.photo.id));
                !is_in_use && !old.was_just_asked_for(now)
            });
            let given_up = self.give_up(page).await?;
            if !self.pretend && !given_up.is_empty() {
                let keys: Vec<String> = given_up.iter().flat_map(Photo::object_keys).collect();
                self.cloud.remove_objects(&keys).await?;
                self.cloud.forget_photos(&given_up).await?;
            }
            pruned.add(&Pruned {
                photos: count(&given_up),
                bytes: given_up.iter().map(Photo::stored_bytes).sum(),
                ..Pruned::default()
            });
        }
    }

    /// The photos that no edit can be admitted for any more. A guest may have asked for an edit since the page was read.
    async fn give_up(&self, page: Vec<OldPhoto>) -> Result<Vec<Photo>, PortError> {
        let given_up = stream::iter(page).map(|old| async move {
            let is_given_up = self.pretend || self.cloud.give_up_photo(&old).await?;
            Ok::<_, PortError>(is_given_up.then_some(old.photo))
        });
        let given_up = given_up.buffered(MARKS).try_filter_map(async |photo| Ok(photo));
        given_up.try_collect().await
    }
}

fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}
