//! A guest's own photos and edits, by the sparse index that holds their keys.

use std::collections::HashMap;

use domain::photo::Photo;
use domain::{Edit, EditId, EventId, PhotoId};
use serde::de::DeserializeOwned;

use super::keys;
use super::read::parse;
use crate::table::{Index, Item, Key, MAX_BATCH_GET, Query};
use crate::{Cloud, PortError};

impl Cloud {
    /// A page of the photos that a guest has registered at an event, newest first, after a photo that need not exist any
    /// more. The guest is its scope hash. The index follows the table a moment later: what was registered just now may
    /// be missing.
    pub async fn guest_photos(
        &self,
        event: &EventId,
        guest: &str,
        after: Option<PhotoId>,
        limit: u32,
    ) -> Result<Vec<Photo>, PortError> {
        let after = after.map(|photo| keys::photo(event, photo));
        self.own(guest, "PHOTO#", after, limit, "a photo").await
    }

    /// A page of the edits that a guest has asked for at an event, as [`Cloud::guest_photos`].
    pub async fn guest_edits(
        &self,
        event: &EventId,
        guest: &str,
        after: Option<EditId>,
        limit: u32,
    ) -> Result<Vec<Edit>, PortError> {
        let after = after.map(|edit| keys::edit(event, edit));
        self.own(guest, "EDIT#", after, limit, "an edit").await
    }

    /// A scope hash is keyed with its event's own key, so one partition holds things of one event. Entries whose item is
    /// gone are made up for by the next ones: a page that is not full is the last one.
    async fn own<T: DeserializeOwned>(
        &self,
        guest: &str,
        prefix: &str,
        after: Option<Key>,
        limit: u32,
        what: &'static str,
    ) -> Result<Vec<T>, PortError> {
        let limit = limit as usize;
        let mut after = after.map(|key| keys::of_guest(key, guest));
        let mut found = Vec::with_capacity(limit);
        loop {
            let missing = limit.saturating_sub(found.len()).min(MAX_BATCH_GET);
            if missing == 0 {
                return Ok(found);
            }
            let query = Query::index(Index::ByGuest, guest)
                .begins_with(prefix)
                .backward()
                .after_item(after)
                .limit(u32::try_from(missing).unwrap_or(u32::MAX));
            let (entries, more) = self.query(query).await?;
            for item in self.items_of(&entries).await? {
                found.push(parse(item, what)?);
            }
            match entries.last().and_then(Key::of).filter(|_| more) {
                Some(last) => after = Some(keys::of_guest(last, guest)),
                None => return Ok(found),
            }
        }
    }

    /// The items of these entries of an index, in their order, without those that are gone. At most
    /// [`MAX_BATCH_GET`] entries.
    pub(super) async fn items_of(&self, entries: &[Item]) -> Result<Vec<Item>, PortError> {
        let asked: Vec<Key> = entries.iter().filter_map(Key::of).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.read_together(asked.clone()).await?;
        let mut items: HashMap<Key, Item> = found.into_items().collect();
        Ok(asked.iter().filter_map(|key| items.remove(key)).collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn photo(cloud: &Cloud, guest: Option<&str>) -> Photo {
        let now = cloud.now();
        Photo {
            id: PhotoId::new(now, cloud.random()),
            event_id: "e1".parse().unwrap(),
            guest: guest.map(str::to_owned),
            consent: None,
            mime_type: "image/jpeg".to_owned(),
            size_bytes: 1,
            object_key: "k".to_owned(),
            created_at: now,
            state: domain::photo::PhotoState::AwaitingUpload,
        }
    }

    #[tokio::test]
    async fn a_page_holds_a_guests_own_photos_and_makes_up_for_those_that_are_gone() {
        let (cloud, memory) = Cloud::in_memory();
        let mut own = Vec::new();
        for number in 0..240 {
            memory.clock.advance(SignedDuration::from_millis(1));
            let photo = photo(&cloud, [Some("me"), Some("you"), None][number % 3]);
            cloud.put_photo(&photo).await.unwrap();
            if number % 3 == 0 {
                own.insert(0, photo.id);
            }
        }
        let event: EventId = "e1".parse().unwrap();
        let ids = async |after, limit| -> Vec<PhotoId> {
            let page = cloud.guest_photos(&event, "me", after, limit).await.unwrap();
            page.iter().map(|photo| photo.id).collect()
        };
        assert_eq!(ids(None, 101).await, own, "more than one batch would hold");
        assert_eq!(ids(None, 3).await, own[..3]);
        assert_eq!(ids(Some(own[2]), 3).await, own[3..6]);
        assert!(
            cloud
                .guest_photos(&event, "nobody", None, 3)
                .await
                .unwrap()
                .is_empty()
        );
        // The index still names what the table no longer holds.
        memory.table.fall_behind();
        for id in &own[4..50] {
            let Key { pk, sk } = keys::photo(&event, *id);
            memory.table.remove(&pk, &sk).unwrap();
        }
        let left: Vec<PhotoId> = own[..4].iter().chain(&own[50..]).copied().collect();
        assert_eq!(ids(None, 101).await, left);
        assert_eq!(ids(Some(own[2]), 3).await, left[3..6]);
    }
}
