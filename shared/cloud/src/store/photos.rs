//! Photos.

use domain::photo::{Photo, PhotoState};
use domain::{EventId, PhotoId};

use super::keys;
use super::read::parse;
use super::retention::PRUNED_AT;
use crate::error::unreadable;
use crate::table::{Condition, Query, Update, text};
use crate::{Cloud, PortError};

const STATE: &str = "state";

/// Nobody has prepared the photo. Photos that are older than their states have none.
pub(super) fn is_open() -> Condition {
    Condition::missing(STATE).or(Condition::eq("state.status", text("awaiting_upload")))
}

impl Cloud {
    /// Registers a photo.
    pub async fn put_photo(&self, photo: &Photo) -> Result<(), PortError> {
        self.write(keys::photo(&photo.event_id, photo.id), photo).await
    }

    /// A photo; `None` where there is none, or pruning has begun to delete it.
    pub async fn photo(&self, event: &EventId, id: PhotoId) -> Result<Option<Photo>, PortError> {
        let item = self.table.get(&keys::photo(event, id)).await?;
        let there = item.filter(|item| !item.contains_key(PRUNED_AT));
        there.map(|item| parse(item, "a photo")).transpose()
    }

    /// A page of an event's photos, newest first, after a photo.
    pub async fn photos(
        &self,
        event: &EventId,
        after: Option<PhotoId>,
        limit: u32,
    ) -> Result<Vec<Photo>, PortError> {
        let query = Query::table(keys::event_partition(event))
            .begins_with("PHOTO#")
            .backward()
            .after(after.map(|photo| keys::photo(event, photo)))
            .limit(limit);
        self.page(query, "a photo").await
    }

    /// Writes how preparing a photo ended. False where the photo is gone, or somebody else was faster: the first state
    /// stays.
    pub async fn settle_photo(&self, photo: &Photo, state: &PhotoState) -> Result<bool, PortError> {
        let value =
            serde_dynamo::to_attribute_value(state).map_err(unreadable("a photo's state to write"))?;
        let is_there = Condition::Exists.and(Condition::missing(PRUNED_AT));
        let key = keys::photo(&photo.event_id, photo.id);
        let update = Update::default().set(STATE, value);
        Ok(self
            .table
            .update(&key, &update, &is_there.and(is_open()))
            .await?
            .is_some())
    }
}
