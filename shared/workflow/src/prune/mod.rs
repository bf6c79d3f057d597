//! Deletes what has passed its retention: edits with their pictures, photos, ledger entries, and the records about them.
//!
//! Pictures go first and rows last, so that wherever a run dies, the next one finds the row and does the rest; every
//! step can be repeated. A photo's row is marked before its picture goes, on condition that nobody has asked for an edit
//! of it since it was read; the admission of an edit is refused where it finds the mark. A run reads only the expired part of each partition.

mod events;
mod ledger;

use std::num::NonZeroU32;

use cloud::{Cloud, PortError};
use domain::metric::{self, About};
use domain::operations::{Prune, Pruned};
use domain::retention::Retention;
use futures::stream::{self, StreamExt};
use jiff::{SignedDuration, Timestamp};

use crate::error::WorkError;

/// Edits, photos or entries to delete together.
const PAGE: u32 = 100;
/// Events or tenants to prune at once.
const CONCURRENCY: usize = 8;
/// The longest that the last pages of a run take after its time is up.
const MAX_PAGE_TIME: SignedDuration = SignedDuration::from_secs(20);

/// One run over all events and tenants.
struct Run<'a> {
    cloud: &'a Cloud,
    pretend: bool,
    /// Edits and photos made before it are deleted.
    requests_end: Timestamp,
    /// Ledger entries written before it are deleted.
    ledger_ends: Timestamp,
    /// No page begins after it.
    stops_at: Timestamp,
}

/// Prunes until everything expired is deleted or the time is up.
///
/// # Errors
/// The settings, or the lists of events and tenants, cannot be read.
pub async fn prune(cloud: &Cloud, payload: &Prune, stops_at: Timestamp) -> Result<Pruned, WorkError> {
    let now = cloud.now();
    let days = |days: Option<NonZeroU32>| days.map(NonZeroU32::get);
    let settings = cloud.settings().await?;
    let retention = Retention::of(&settings, days(payload.request_days), days(payload.ledger_days));
    let max_seconds = payload
        .max_seconds
        .map_or(i64::from(u32::MAX), |seconds| seconds.get().into());
    let asked = now
        .saturating_add(SignedDuration::from_secs(max_seconds))
        .unwrap_or(Timestamp::MAX);
    let run = Run {
        cloud,
        pretend: payload.pretend,
        requests_end: retention.requests_end(now),
        ledger_ends: retention.ledger_ends(now),
        stops_at: asked.min(stops_at.saturating_sub(MAX_PAGE_TIME).unwrap_or(stops_at)),
    };
    let pruned = run.all().await?;
    log(&pruned, payload.pretend, retention);
    if let Some(sample) = metric::of_prune(pruned.failed).filter(|_| !payload.pretend) {
        cloud.measure(About::INSTALLATION, &[sample]);
    }
    Ok(pruned)
}

impl Run<'_> {
    fn is_over(&self) -> bool {
        self.cloud.now() >= self.stops_at
    }

    async fn all(&self) -> Result<Pruned, WorkError> {
        let mut pruned = Pruned::default();
        let mut after = None;
        while !self.is_over() {
            let events = self.cloud.event_ids(after.as_ref(), PAGE).await?;
            let Some(last) = events.last().cloned() else {
                break;
            };
            pruned.add(&sum(events.into_iter().map(|event| self.event(event))).await);
            after = Some(last);
        }
        let mut after = None;
        while !self.is_over() {
            let tenants = self.cloud.tenant_ids(after.as_ref(), PAGE).await?;
            let Some(last) = tenants.last().cloned() else {
                break;
            };
            pruned.add(&sum(tenants.into_iter().map(|tenant| self.ledger(tenant))).await);
            after = Some(last);
        }
        pruned.more |= self.is_over();
        Ok(pruned)
    }
}

/// Adds up what was deleted. A failure in one event or tenant stops none of the others.
async fn sum<F>(work: impl Iterator<Item = F>) -> Pruned
where
    F: Future<Output = Result<Pruned, PortError>>,
{
    let mut pruned = Pruned::default();
    let mut outcomes = stream::iter(work).buffer_unordered(CONCURRENCY);
    while let Some(outcome) = outcomes.next().await {
        pruned.add(&outcome.unwrap_or_else(|error| {
            tracing::error!(%error, "pruning failed in part; the next run tries again");
            Pruned {
                failed: 1,
                ..Pruned::default()
            }
        }));
    }
    pruned
}

fn log(pruned: &Pruned, pretend: bool, retention: Retention) {
    tracing::info!(
        pretend,
        request_days = retention.request_days,
        ledger_days = retention.ledger_days,
        requests = pruned.requests,
        outputs = pruned.outputs,
        photos = pruned.photos,
        ledger_entries = pruned.ledger_entries,
        bytes = pruned.bytes,
        under_way = pruned.under_way,
        failed = pruned.failed,
        more = pruned.more,
        "pruned"
    );
}
