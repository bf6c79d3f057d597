//! Taking edits and photos away before their time.
//!
//! A deleted thing leaves its place in the table at once, and so every list and index; what money needs (ledger, counters,
//! budget) does not depend on it. Where it was, a [`Gone`] remains for a while, without anything personal: it names the
//! objects, so that whatever dies, and whatever a worker stores a moment too late, they are removed in the end.
//!
//! An edit under way is only marked. Its workers finish and settle it, and the move that ends it takes the row away.

use domain::audit::Deed;
use domain::photo::{Photo, PhotoState};
use domain::{Edit, EditId, EventId, PhotoId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::read::parse;
use super::write::TransactionError;
use super::{keys, photos};
use crate::patience::Patience;
use crate::table::{Condition, Index, Key, Query, Update, Write, text};
use crate::{Cloud, PortError};

/// How long a [`Gone`] is kept: longer than a worker can be at work on an edit, an upload address works, and an index is
/// behind.
const KEPT: SignedDuration = SignedDuration::from_mins(30);

/// What remains of a deleted edit or photo until its objects are gone for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub event_id: EventId,
    /// Its sort key before.
    thing: String,
    pub object_keys: Vec<String>,
    pub deleted_at: Timestamp,
}

impl Gone {
    pub(super) fn edit(edit: &Edit, deleted_at: Timestamp) -> Self {
        Self {
            event_id: edit.event_id.clone(),
            thing: keys::edit(&edit.event_id, edit.id).sk,
            object_keys: edit.object_keys(),
            deleted_at,
        }
    }

    fn photo(photo: &Photo, deleted_at: Timestamp) -> Self {
        Self {
            event_id: photo.event_id.clone(),
            thing: keys::photo(&photo.event_id, photo.id).sk,
            object_keys: photo.object_keys(),
            deleted_at,
        }
    }

    /// The photo that was deleted, if it was one.
    pub fn photo_id(&self) -> Option<PhotoId> {
        PhotoId::from_ulid(self.thing.strip_prefix("PHOTO#")?).ok()
    }

    pub(super) fn key(&self) -> Key {
        Key::new(
            keys::event_partition(&self.event_id),
            format!("GONE#{}", self.thing),
        )
    }

    /// The write that keeps it where it is found again.
    pub(super) fn write(&self) -> Result<Write, PortError> {
        let mut item = keys::item(self.key(), self)?;
        item.insert("open_pk".to_owned(), text(keys::GONE));
        item.insert("due_at".to_owned(), text(self.deleted_at.to_string()));
        Ok(Write::put(item))
    }
}

impl Cloud {
    /// Deletes an edit with its pictures, on condition that `may` holds of it; false where there is no such edit. An edit
    /// under way is finished and paid for, and seen by nobody.
    pub async fn delete_edit(
        &self,
        event: &EventId,
        id: EditId,
        may: impl Fn(&Edit) -> bool,
        deed: Option<&Deed>,
    ) -> Result<bool, PortError> {
        let mut patience = Patience::new();
        loop {
            let found = self.edit(event, id).await?;
            let Some(edit) = found.filter(|edit| edit.deleted_at.is_none() && may(edit)) else {
                return Ok(false);
            };
            let now = self.now();
            let key = keys::edit(event, id);
            let here =
                Condition::eq("status", text(edit.status.as_str())).and(Condition::missing("deleted_at"));
            let gone = edit.status.is_terminal().then(|| Gone::edit(&edit, now));
            let mut writes = match &gone {
                Some(gone) => vec![Write::delete(key).when(here), gone.write()?],
                None => {
                    let mark = Update::default()
                        .set("deleted_at", text(now.to_string()))
                        .remove(keys::GUEST);
                    vec![Write::update(key, mark).when(here)]
                }
            };
            if let Some(deed) = deed {
                writes.extend(self.audit_writes(deed)?);
            }
            match self.transact_once(&writes, &mut patience).await {
                Ok(()) => {
                    if let Some(gone) = gone {
                        self.remove_objects(&gone.object_keys).await?;
                    }
                    return Ok(true);
                }
                // It has moved, or somebody else has deleted it.
                Err(TransactionError::Refused(_) | TransactionError::Contended) => {}
                Err(error) => return Err(error.into()),
            }
            if !patience.pause().await {
                return Err(TransactionError::Contended.into());
            }
        }
    }

    /// Deletes a photo with its copies and the edits that were made of it; false where there is no such photo. From now on
    /// no edit of it is admitted, and whoever is preparing it finds it gone and removes its own files.
    pub async fn delete_photo(&self, photo: &Photo, deed: Option<&Deed>) -> Result<bool, PortError> {
        let mut photo = photo.clone();
        let gone = loop {
            let gone = Gone::photo(&photo, self.now());
            let key = keys::photo(&photo.event_id, photo.id);
            // Prepared meanwhile, it has files that this copy does not know.
            let as_read = match photo.state {
                PhotoState::AwaitingUpload => Condition::Exists.and(photos::is_open()),
                PhotoState::Ready(_) | PhotoState::Rejected { .. } => Condition::Exists,
            };
            let mut writes = vec![Write::delete(key).when(as_read), gone.write()?];
            if let Some(deed) = deed {
                writes.extend(self.audit_writes(deed)?);
            }
            if self.transact_if(writes).await? {
                break gone;
            }
            match self.photo(&photo.event_id, photo.id).await? {
                Some(now) => photo = now,
                None => return Ok(false),
            }
        };
        self.remove_objects(&gone.object_keys).await?;
        self.delete_edits_of_photo(&photo.event_id, photo.id).await?;
        Ok(true)
    }

    /// Deletes the edits of a photo, as far as the index knows them.
    async fn delete_edits_of_photo(&self, event: &EventId, photo: PhotoId) -> Result<(), PortError> {
        let (entries, _) = self
            .query(Query::index(Index::ByPhoto, photo.to_string()))
            .await?;
        for key in entries.iter().filter_map(Key::of) {
            let edit = key.sk.strip_prefix("EDIT#").map(EditId::from_ulid);
            if let Some(Ok(edit)) = edit.filter(|_| key.pk == keys::event_partition(event)) {
                self.delete_edit(event, edit, |_| true, None).await?;
            }
        }
        Ok(())
    }

    /// What was deleted and is not gone for good, the oldest first, at most this many.
    pub async fn gone(&self, at_most: u32) -> Result<Vec<Gone>, PortError> {
        let query = Query::index(Index::OpenEdits, keys::GONE).limit(at_most);
        let (entries, _) = self.query(query).await?;
        let items = self.items_of(&entries).await?;
        items
            .into_iter()
            .map(|item| parse(item, "a deleted thing"))
            .collect()
    }

    /// Removes the objects of a deleted thing once more, and forgets it once nothing can come back.
    pub async fn finish_removal(&self, gone: &Gone) -> Result<(), PortError> {
        if let Some(photo) = gone.photo_id() {
            self.delete_edits_of_photo(&gone.event_id, photo).await?;
        }
        self.remove_objects(&gone.object_keys).await?;
        if self.now().duration_since(gone.deleted_at) >= KEPT {
            self.table.delete(&gone.key(), &Condition::Always).await?;
        }
        Ok(())
    }
}
