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

#[cfg(test)]
mod tests {
    use domain::photo::{PreparedCopy, Rejection, upload_key};
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(future)
    }

    /// An event in the life of a photo.
    #[derive(Debug, Clone)]
    enum Happening {
        /// Somebody has prepared it, from whatever was uploaded by then.
        Prepared(u8),
        Rejected(Rejection),
        /// Somebody who read it when it was registered deletes it.
        Deleted,
        /// Pruning begins to delete it.
        GivenUp,
        /// Pruning has deleted it.
        Pruned,
    }

    fn happening() -> impl Strategy<Value = Happening> {
        prop_oneof![
            4 => any::<u8>().prop_map(Happening::Prepared),
            2 => prop::sample::select(Rejection::ALL).prop_map(Happening::Rejected),
            1 => Just(Happening::Deleted),
            1 => Just(Happening::GivenUp),
            1 => Just(Happening::Pruned),
        ]
    }

    fn registered(cloud: &Cloud) -> Photo {
        let now = cloud.now();
        let event_id: EventId = "e1".parse().unwrap();
        let id = PhotoId::new(now, cloud.random());
        Photo {
            id,
            object_key: upload_key(&event_id, id),
            event_id,
            guest: Some("me".to_owned()),
            consent: None,
            mime_type: "image/jpeg".to_owned(),
            size_bytes: 1,
            created_at: now,
            state: PhotoState::AwaitingUpload,
        }
    }

    fn ready(photo: &Photo, content: u8) -> PhotoState {
        let digest = format!("{content:02x}");
        let (object_key, thumbnail_key) = PreparedCopy::keys(&photo.event_id, photo.id, &digest, &digest);
        PhotoState::Ready(PreparedCopy {
            object_key,
            thumbnail_key,
            width: 1,
            height: 1,
            bytes: 1,
        })
    }

    /// The rule of a photo's states: `after` may follow `before`.
    fn may_follow(before: Option<&PhotoState>, after: Option<&PhotoState>) -> bool {
        match (before, after) {
            (Some(PhotoState::AwaitingUpload) | None, None) | (Some(PhotoState::AwaitingUpload), Some(_)) => {
                true
            }
            (Some(before), after) => after.is_none_or(|after| before == after),
            (None, Some(_)) => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever happens in whatever order, a photo leaves `awaiting_upload` once, keeps what it came to, and never comes
        /// back once it is gone; and who settled it is told so, and nobody else.
        #[test]
        fn a_photo_is_settled_once_and_never_comes_back(
            happenings in prop::collection::vec(happening(), 1..12),
            is_older_than_states in any::<bool>(),
        ) {
            let (cloud, memory) = Cloud::in_memory();
            let photo = registered(&cloud);
            block_on(cloud.put_photo(&photo)).unwrap();
            if is_older_than_states {
                let key = keys::photo(&photo.event_id, photo.id);
                let mut item = memory.table.remove(&key.pk, &key.sk).unwrap();
                item.remove(STATE);
                memory.table.insert(item);
            }
            let state = || block_on(cloud.photo(&photo.event_id, photo.id)).unwrap().map(|photo| photo.state);
            let mut before = state();
            prop_assert_eq!(&before, &Some(PhotoState::AwaitingUpload));
            for happening in happenings {
                memory.clock.advance(SignedDuration::from_millis(1));
                let settled = match &happening {
                    Happening::Prepared(content) => Some(ready(&photo, *content)),
                    Happening::Rejected(code) => Some(PhotoState::Rejected { code: *code }),
                    Happening::Deleted | Happening::GivenUp | Happening::Pruned => None,
                };
                if let Some(settled) = settled {
                    let counts = block_on(cloud.settle_photo(&photo, &settled)).unwrap();
                    prop_assert_eq!(counts, before == Some(PhotoState::AwaitingUpload), "{:?}", happening);
                    if counts {
                        prop_assert_eq!(state(), Some(settled));
                    }
                }
                match happening {
                    Happening::Deleted => {
                        block_on(cloud.delete_photo(&photo, None)).unwrap();
                        prop_assert_eq!(state(), None);
                        let keys = |state: &PhotoState| state.copy().map_or(0, |copy| copy.object_keys().len());
                        if let Some(before) = &before {
                            let gone = block_on(cloud.gone(10)).unwrap();
                            let remembered: Vec<usize> = gone.iter().map(|gone| gone.object_keys.len()).collect();
                            prop_assert_eq!(remembered, [1 + keys(before)], "its own files are known");
                        }
                    }
                    Happening::GivenUp | Happening::Pruned => {
                        let end = cloud.now() + SignedDuration::from_secs(1);
                        let old = block_on(cloud.photos_made_before(&photo.event_id, end, None, 10)).unwrap();
                        for old in &old {
                            prop_assert!(block_on(cloud.give_up_photo(old)).unwrap());
                        }
                        prop_assert_eq!(state(), None);
                        if matches!(happening, Happening::Pruned) {
                            block_on(cloud.forget_photos(std::slice::from_ref(&photo))).unwrap();
                        }
                    }
                    Happening::Prepared(_) | Happening::Rejected(_) => {}
                }
                let after = state();
                prop_assert!(may_follow(before.as_ref(), after.as_ref()), "{:?} → {:?}", before, after);
                before = after;
            }
        }
    }
}
