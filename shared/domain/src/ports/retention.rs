//! What pruning asks of the outside world. Lists come in pages, oldest first, after the one that was seen last; a page
//! is empty only at the end. Taking away what is gone already is no error, so that a run that died can be repeated.

use std::collections::HashSet;
use std::future::Future;

use jiff::Timestamp;

use super::PortError;
use crate::budget::LedgerEntry;
use crate::edit::Edit;
use crate::event::Photo;
use crate::id::{EditId, EventId, PhotoId, TenantId};

/// What events have of guests: edits, photos, and traces of both.
pub trait PastEdits {
    /// A page of the ids of all events.
    fn event_ids(
        &self,
        after: Option<&EventId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<EventId>, PortError>> + Send;

    /// A page of an event's edits that were made before `end`, whatever their status.
    fn edits_made_before(
        &self,
        event: &EventId,
        end: Timestamp,
        after: Option<EditId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Edit>, PortError>> + Send;

    /// A page of an event's photos that were made before `end`.
    fn photos_made_before(
        &self,
        event: &EventId,
        end: Timestamp,
        after: Option<PhotoId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Photo>, PortError>> + Send;

    /// The photos of an event that an edit under way still needs.
    fn photos_under_way(
        &self,
        event: &EventId,
    ) -> impl Future<Output = Result<HashSet<PhotoId>, PortError>> + Send;

    /// Takes away idempotency records and guest counts that belong to these edits alone, then the edits.
    fn forget_edits(&self, edits: &[Edit]) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Takes away photos.
    fn forget_photos(&self, photos: &[Photo]) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Takes away an event's counters of the months before this one.
    fn forget_figures_before(
        &self,
        event: &EventId,
        month: &str,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// The books of tenants.
pub trait PastBooks {
    /// A page of the ids of all tenants.
    fn tenant_ids(
        &self,
        after: Option<&TenantId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<TenantId>, PortError>> + Send;

    /// The months up to this one, itself included, in which a tenant has counters, oldest first.
    fn months_until(
        &self,
        tenant: &TenantId,
        month: &str,
    ) -> impl Future<Output = Result<Vec<String>, PortError>> + Send;

    /// A page of a month's ledger entries whose edits were made before `end`.
    fn entries_made_before(
        &self,
        tenant: &TenantId,
        month: &str,
        end: Timestamp,
        after: Option<EditId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<LedgerEntry>, PortError>> + Send;

    /// Takes away ledger entries.
    fn forget_entries(&self, entries: &[LedgerEntry]) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Takes away a month's budget alerts and counters, unless it has ledger entries or reservations left.
    fn forget_month(
        &self,
        tenant: &TenantId,
        month: &str,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Taking objects out of the bucket.
pub trait ObjectRemoval {
    /// Removes objects; those that are not there count as removed. An error where one is still there.
    fn remove_objects(&self, keys: &[String]) -> impl Future<Output = Result<(), PortError>> + Send;
}
