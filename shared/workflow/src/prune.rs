//! Takes away what has had its time: edits with their pictures, photos, ledger entries, and what else remembers them.
//!
//! Pictures go first and rows last, so that wherever a run dies, the next one finds the row and does the rest; every
//! step can be repeated. Nothing is read but the part of a partition that has had its time.

mod books;
mod events;

use cloud::{Cloud, PortError};
use std::num::NonZeroU32;

use domain::metric::{About, Metric, Prunable, Sample};
use domain::operations::{Prune, Pruned};
use domain::retention::Retention;
use futures::stream::{self, StreamExt};
use jiff::{SignedDuration, Timestamp};

use crate::work_error::WorkError;

/// Edits, photos or entries that are worked on together.
const PAGE: u32 = 100;
/// Events or tenants that are worked on at once.
const AT_ONCE: usize = 8;
/// What the last pages of a run may take after its time is up.
const LAST_PAGE: SignedDuration = SignedDuration::from_secs(20);

fn samples(pruned: &Pruned) -> [Sample; 5] {
    [
        (Metric::Pruned(Prunable::Edits), pruned.requests),
        (Metric::Pruned(Prunable::Outputs), pruned.outputs),
        (Metric::Pruned(Prunable::Photos), pruned.photos),
        (Metric::Pruned(Prunable::LedgerEntries), pruned.ledger_entries),
        (Metric::PruneFailures, pruned.failed),
    ]
}

/// One run.
struct Run {
    pretend: bool,
    /// Edits and photos made before it go.
    requests_end: Timestamp,
    /// Ledger entries written before it go.
    ledger_ends: Timestamp,
    /// No page is begun after it.
    stops_at: Timestamp,
}

impl Run {
    fn is_over(&self, cloud: &Cloud) -> bool {
        cloud.now() >= self.stops_at
    }
}

/// Prunes until all is done or the time is up.
///
/// # Errors
/// The settings, or the lists of events and tenants, cannot be read.
pub async fn prune(cloud: &Cloud, order: &Prune, stops_at: Timestamp) -> Result<Pruned, WorkError> {
    let now = cloud.now();
    let days = |asked: Option<NonZeroU32>| asked.map(NonZeroU32::get);
    let settings = cloud.settings().await?;
    let retention = Retention::of(&settings, days(order.request_days), days(order.ledger_days));
    let longest = order
        .max_seconds
        .map_or(i64::from(u32::MAX), |seconds| seconds.get().into());
    let asked = now
        .saturating_add(SignedDuration::from_secs(longest))
        .unwrap_or(Timestamp::MAX);
    let run = Run {
        pretend: order.pretend,
        requests_end: retention.requests_end(now),
        ledger_ends: retention.ledger_ends(now),
        stops_at: asked.min(stops_at.saturating_sub(LAST_PAGE).unwrap_or(stops_at)),
    };
    let mut pruned = Pruned::default();
    let mut after = None;
    while !run.is_over(cloud) {
        let events = cloud.event_ids(after.as_ref(), PAGE).await?;
        let Some(last) = events.last().cloned() else {
            break;
        };
        pruned.add(&all(events.iter().map(|event| events::prune(cloud, &run, event))).await);
        after = Some(last);
    }
    let mut after = None;
    while !run.is_over(cloud) {
        let tenants = cloud.tenant_ids(after.as_ref(), PAGE).await?;
        let Some(last) = tenants.last().cloned() else {
            break;
        };
        pruned.add(&all(tenants.iter().map(|tenant| books::prune(cloud, &run, tenant))).await);
        after = Some(last);
    }
    pruned.more |= run.is_over(cloud);
    report(&pruned, order.pretend, retention);
    if !order.pretend {
        cloud.measure(About::INSTALLATION, &samples(&pruned));
    }
    Ok(pruned)
}

/// What fails in one event or tenant keeps none of the others.
async fn all<F>(work: impl Iterator<Item = F>) -> Pruned
where
    F: Future<Output = Result<Pruned, PortError>>,
{
    let mut pruned = Pruned::default();
    let mut outcomes = stream::iter(work).buffer_unordered(AT_ONCE);
    while let Some(outcome) = outcomes.next().await {
        pruned.add(&outcome.unwrap_or_else(|error| {
            tracing::error!(%error, "pruning failed in part, the next run tries again");
            Pruned {
                failed: 1,
                ..Pruned::default()
            }
        }));
    }
    pruned
}

fn report(pruned: &Pruned, pretend: bool, retention: Retention) {
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
