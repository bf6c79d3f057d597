//! Takes away what has had its time: edits with their pictures, photos, ledger entries, and what else remembers them.
//!
//! Pictures go first and rows last, so that wherever a run dies, the next one finds the row and does the rest; every
//! step can be repeated. Nothing is read but the part of a partition that has had its time.

mod books;
mod events;

use std::num::NonZeroU32;

use domain::Context;
use domain::metric::{About, Metric, Prunable, Sample};
use domain::ports::{Meter, ObjectRemoval, PastBooks, PastEdits, PortError, SettingsSource};
use domain::retention::Retention;
use futures::stream::{self, StreamExt};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::work_error::WorkError;

/// Edits, photos or entries that are worked on together.
const PAGE: u32 = 100;
/// Events or tenants that are worked on at once.
const AT_ONCE: usize = 8;
/// What the last pages of a run may take after its time is up.
const LAST_PAGE: SignedDuration = SignedDuration::from_secs(20);

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prune {
    /// Only count.
    pub pretend: bool,
    /// Instead of the setting `request_retention_days`.
    pub request_days: Option<NonZeroU32>,
    /// Instead of the setting `usage_ledger_retention_days`.
    pub ledger_days: Option<NonZeroU32>,
    /// Longest time to work, in seconds; what is left is said to be `more`.
    pub max_seconds: Option<NonZeroU32>,
}

/// What went, or would go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// Edits.
    pub requests: u64,
    /// Of those, edits with a picture of ours.
    pub outputs: u64,
    /// Photos.
    pub photos: u64,
    /// Ledger entries.
    pub ledger_entries: u64,
    /// Size of pictures and photos, without thumbnails; photos as their uploader announced them.
    pub bytes: u64,
    /// Edits that have had their time but are still under way; they are left alone.
    pub under_way: u64,
    /// Events and tenants where something failed; the log says what. The next run tries again.
    pub failed: u64,
    /// The time was up before all was done: run it again.
    pub more: bool,
}

impl Pruned {
    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.outputs += other.outputs;
        self.photos += other.photos;
        self.ledger_entries += other.ledger_entries;
        self.bytes += other.bytes;
        self.under_way += other.under_way;
        self.failed += other.failed;
        self.more |= other.more;
    }

    fn samples(&self) -> [Sample; 4] {
        [
            (Metric::Pruned(Prunable::Edits), self.requests),
            (Metric::Pruned(Prunable::Outputs), self.outputs),
            (Metric::Pruned(Prunable::Photos), self.photos),
            (Metric::Pruned(Prunable::LedgerEntries), self.ledger_entries),
        ]
    }

    fn failed() -> Self {
        Self {
            failed: 1,
            ..Self::default()
        }
    }
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
    fn is_over(&self, deps: &impl Context) -> bool {
        deps.now() >= self.stops_at
    }
}

/// Prunes until all is done or the time is up.
///
/// # Errors
/// The settings, or the lists of events and tenants, cannot be read.
pub async fn prune<D>(deps: &D, order: &Prune, stops_at: Timestamp) -> Result<Pruned, WorkError>
where
    D: Context + SettingsSource + PastEdits + PastBooks + ObjectRemoval + Meter,
{
    let now = deps.now();
    let days = |asked: Option<NonZeroU32>| asked.map(NonZeroU32::get);
    let settings = deps.settings().await?;
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
    loop {
        let events = deps.event_ids(after.as_ref(), PAGE).await?;
        let Some(last) = events.last().cloned() else { break };
        pruned.add(&all(events.iter().map(|event| events::prune(deps, &run, event))).await);
        after = Some(last);
    }
    let mut after = None;
    loop {
        let tenants = deps.tenant_ids(after.as_ref(), PAGE).await?;
        let Some(last) = tenants.last().cloned() else {
            break;
        };
        pruned.add(&all(tenants.iter().map(|tenant| books::prune(deps, &run, tenant))).await);
        after = Some(last);
    }
    report(&pruned, order.pretend, retention);
    if !order.pretend {
        deps.measure(About::INSTALLATION, &pruned.samples());
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
            Pruned::failed()
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
