//! What an organiser's use cases ask for.

use std::future::Future;

use super::PortError;
use crate::breaker::Breakers;
use crate::budget::{BudgetAlert, BudgetMonth, Tenant};
use crate::edit::{Edit, Status};
use crate::event::{Event, PolicyChange};
use crate::figures::Figures;
use crate::id::{EditId, EventId, TenantId};
use crate::summary::LatencyHistogram;

/// Lists of edits.
pub trait EditLists {
    /// A page of an event's edits, newest first, after an edit that need not exist any more. With a status only
    /// those that have it; what a page costs does not depend on how many others there are.
    fn edits(
        &self,
        event: &EventId,
        status: Option<Status>,
        after: Option<EditId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Edit>, PortError>> + Send;
}

/// Everything that a summary is made of, read in one call.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryItems {
    /// The event; `None` where it is gone.
    pub event: Option<Event>,
    /// Its tenant.
    pub tenant: Option<Tenant>,
    /// The tenant's month.
    pub budget: BudgetMonth,
    /// The event's month.
    pub figures: Figures,
    /// Provider latencies of the event's month.
    pub latencies: LatencyHistogram,
    /// Which providers are in service.
    pub breakers: Breakers,
}

/// What a summary is made of.
pub trait Summaries {
    /// One batch read.
    fn summary_items(
        &self,
        tenant: &TenantId,
        event: &EventId,
        month: &str,
    ) -> impl Future<Output = Result<SummaryItems, PortError>> + Send;

    /// The tenant's budget alerts of a month, newest first.
    fn budget_alerts(
        &self,
        tenant: &TenantId,
        month: &str,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<BudgetAlert>, PortError>> + Send;
}

/// Policies of events.
pub trait Policies {
    /// Writes the fields that change, on condition that the event is the tenant's, and answers the event as it is
    /// then; `None` where there is no such event of the tenant. Changes of other fields made at the same moment
    /// stay.
    fn change_policy(
        &self,
        tenant: &TenantId,
        event: &EventId,
        change: &PolicyChange,
    ) -> impl Future<Output = Result<Option<Event>, PortError>> + Send;
}
