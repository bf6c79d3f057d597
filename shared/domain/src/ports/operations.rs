//! What the operations ask of the outside world: finding edits by what is still to be done with them, whatever their
//! event, and never by a scan.

use std::future::Future;

use jiff::Timestamp;

use super::PortError;
use crate::edit::Edit;
use crate::id::{EditId, EventId};
use crate::message::SubmitMessage;

/// Where an edit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditKey {
    /// Its event.
    pub event_id: EventId,
    /// The edit.
    pub edit_id: EditId,
}

/// Edits that were found, as an index has them: it may be a moment behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundEdits {
    /// Where they are.
    pub keys: Vec<EditKey>,
    /// There are more than were asked for.
    pub more: bool,
}

/// Edits that somebody has still to do something about.
pub trait OpenEdits {
    /// Edits that have not ended and whose deadline is not after `due`: the earliest deadlines, in their order, at
    /// most so many.
    fn open_edits(
        &self,
        due: Timestamp,
        at_most: usize,
    ) -> impl Future<Output = Result<FoundEdits, PortError>> + Send;

    /// Edits that succeeded and have no stored copy: those that ended first, at most so many.
    fn unstored_edits(&self, at_most: usize) -> impl Future<Output = Result<FoundEdits, PortError>> + Send;

    /// The edits of these keys, as they stand now and in their order. What is gone or cannot be read is left out, so
    /// that one bad edit does not stand in the way of the others.
    fn edits_at(&self, keys: &[EditKey]) -> impl Future<Output = Result<Vec<Edit>, PortError>> + Send;
}

/// Sending many edits at once.
pub trait SubmitBatches {
    /// Sends edits to the workers that submit, ten in a call, to the queue of this name or the stack's own. Returns how
    /// many the queue took.
    fn send_submits(
        &self,
        queue_name: Option<&str>,
        messages: &[SubmitMessage],
    ) -> impl Future<Output = Result<usize, PortError>> + Send;
}
