//! What guests see of each other's edits, and what an organiser says of them.
//!
//! The index has two partitions of an event: edits that somebody has approved, and those that nobody has said anything
//! about. The policy chooses which are read, so a change of the policy rewrites no edit, and edits that wait for review cost
//! a page nothing.

use domain::audit::{Action, Actor, Change};
use domain::edit::{Review, Shown};
use domain::event::Gallery;
use domain::{Edit, EditId, EventId};
use serde_json::json;

use super::keys;
use super::read::parse;
use super::write::TransactionError;
use crate::patience::Patience;
use crate::table::{Condition, Index, Item, Key, MAX_BATCH_GET, Query, Update, Write, text};
use crate::{Cloud, PortError};

impl Cloud {
    /// A page of an event's edits that guests may see, newest first, after an edit that need not exist any more. The index
    /// follows the table a moment later, but what was hidden or deleted is left out at once: the edits themselves are read.
    pub async fn gallery(
        &self,
        event: &EventId,
        gallery: Gallery,
        after: Option<EditId>,
        limit: u32,
    ) -> Result<Vec<Edit>, PortError> {
        let partitions: &[Option<Review>] = match gallery {
            Gallery::Off => return Ok(Vec::new()),
            Gallery::Open => &[None, Some(Review::Approved)],
            Gallery::Reviewed => &[Some(Review::Approved)],
        };
        let limit = limit as usize;
        let mut after = after.map(|edit| keys::edit(event, edit));
        let mut found = Vec::with_capacity(limit);
        loop {
            let missing = limit.saturating_sub(found.len()).min(MAX_BATCH_GET);
            if missing == 0 {
                return Ok(found);
            }
            let (entries, more) = self
                .gallery_entries(event, partitions, after.as_ref(), missing)
                .await?;
            for item in self.items_of(&entries).await? {
                let edit: Edit = parse(item, "an edit")?;
                if edit.shown(gallery) == Shown::Shown {
                    found.push(edit);
                }
            }
            match entries.last().and_then(Key::of).filter(|_| more) {
                Some(last) => after = Some(last),
                None => return Ok(found),
            }
        }
    }

    /// The next entries of several partitions, newest first, and whether there are more.
    async fn gallery_entries(
        &self,
        event: &EventId,
        partitions: &[Option<Review>],
        after: Option<&Key>,
        at_most: usize,
    ) -> Result<(Vec<Item>, bool), PortError> {
        let limit = u32::try_from(at_most).unwrap_or(u32::MAX);
        let (mut entries, mut more) = (Vec::new(), false);
        for review in partitions {
            let partition = keys::gallery_partition(event, *review);
            let query = Query::index(Index::Gallery, &partition)
                .backward()
                .after_item(after.map(|key| keys::in_gallery(key.clone(), &partition)))
                .limit(limit);
            let (found, goes_on) = self.query(query).await?;
            entries.extend(found);
            more |= goes_on;
        }
        entries.sort_by_cached_key(|entry| std::cmp::Reverse(Key::of(entry)));
        more |= entries.len() > at_most;
        entries.truncate(at_most);
        // Between two reads an edit may have gone from one partition to the other.
        entries.dedup_by_key(|entry| Key::of(entry));
        Ok((entries, more))
    }

    /// Notes what an organiser says of an edit, and answers the edit as it is then; `None` where there is none. Whatever a
    /// worker does with the edit at the same moment, both last.
    pub async fn review(
        &self,
        by: &Actor,
        event: &EventId,
        id: EditId,
        action: Action,
        review: Review,
    ) -> Result<Option<Edit>, PortError> {
        let mut patience = Patience::new();
        loop {
            let found = self.edit(event, id).await?;
            let Some(mut edit) = found.filter(|edit| edit.deleted_at.is_none()) else {
                return Ok(None);
            };
            // Approving is said of many edits at once, from a list that may be old: it never puts back what somebody has
            // hidden in the meantime.
            let is_kept = action == Action::EditApproved && edit.review == Some(Review::Hidden);
            if edit.review == Some(review) || is_kept {
                return Ok(Some(edit));
            }
            let before = edit.review.replace(review);
            let mut update = Update::default().set("review", text(review.as_str()));
            update = match keys::gallery_of(&edit) {
                Some(partition) => update.set(keys::GALLERY, text(partition)),
                None => update.remove(keys::GALLERY),
            };
            let unmoved = keys::unmarked(&Edit {
                review: before,
                ..edit.clone()
            })
            .and(Condition::eq("status", text(edit.status.as_str())))
            .and(match edit.output {
                Some(_) => Condition::Always,
                None => Condition::is_null("output"),
            });
            let change = Change::new("review", json!(before), json!(review));
            let deed = by.did(action).of(&edit.tenant_id).at(event).to(&id);
            let mut writes = vec![Write::update(keys::edit(event, id), update).when(unmoved)];
            writes.extend(self.audit_writes(&deed.with(vec![change]))?);
            match self.transact_once(&writes, &mut patience).await {
                Ok(()) => return Ok(Some(edit)),
                Err(TransactionError::Refused(_) | TransactionError::Contended) => {}
                Err(error) => return Err(error.into()),
            }
            if !patience.pause().await {
                return Err(TransactionError::Contended.into());
            }
        }
    }
}
