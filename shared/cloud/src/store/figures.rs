//! An event's counters of a month, in shards by edit.

use domain::figures::{Counter, FIGURE_SHARDS, Figures, FiguresChange};
use domain::latency::{LATENCY_BUCKETS, LatencyHistogram};
use domain::{Edit, EditId, EventId};

use super::keys;
use super::read::{Found, parse};
use crate::table::{Item, Key, Update, Write};
use crate::{Cloud, PortError};

impl Cloud {
    /// An event's counters of a month.
    pub async fn figures(&self, event: &EventId, month: &str) -> Result<Figures, PortError> {
        let found = self.read_together(all_keys(event, month)).await?;
        Ok(sum(&found, event, month)?.0)
    }
}

/// The keys of an event's month: the shards, and the item that has the times of signals, and all the counters of a month
/// that was written before there were shards.
pub(super) fn all_keys(event: &EventId, month: &str) -> impl Iterator<Item = Key> {
    let shards = (0..FIGURE_SHARDS).map(move |shard| keys::figures_shard(event, month, shard));
    std::iter::once(keys::figures(event, month)).chain(shards)
}

/// The key of the shard that counts an edit.
pub(super) fn key_of(event: &EventId, month: &str, edit: EditId) -> Key {
    keys::figures_shard(event, month, edit.shard(FIGURE_SHARDS))
}

/// The month as a whole, and its provider latencies, among items that were read together.
pub(super) fn sum(
    found: &Found,
    event: &EventId,
    month: &str,
) -> Result<(Figures, LatencyHistogram), PortError> {
    let mut latencies = LatencyHistogram::default();
    let mut parts = Vec::new();
    for item in all_keys(event, month).filter_map(|key| found.item(&key)) {
        latencies = latencies.plus(histogram(item));
        parts.push(parse::<Figures>(item.clone(), "an event's figures")?);
    }
    Ok((parts.into_iter().sum(), latencies))
}

/// One shard, among items that were read together.
pub(super) fn shard(found: &Found, key: &Key) -> Result<Figures, PortError> {
    Ok(found.get(key, "an event's figures")?.unwrap_or_default())
}

/// Moves an event's counters for an edit, those of its style beside them.
pub(super) fn add(edit: &Edit, change: &FiguresChange) -> Write {
    let mut update = change
        .iter()
        .fold(Update::default(), |update, (counter, amount)| {
            update.add(counter.attribute(), amount)
        });
    for counter in Counter::BY_STYLE {
        let amount = change.of(counter);
        if amount != 0 {
            update = update.add(counter.attribute_of_style(edit.style_key.as_ref()), amount);
        }
    }
    Write::update(key_of(&edit.event_id, &edit.month, edit.id), update)
}

/// The histogram's buckets stand beside the counters, one attribute each, because only numbers can be added to.
pub(super) fn histogram(figures: &Item) -> LatencyHistogram {
    let mut counts = [0; LATENCY_BUCKETS];
    for (index, count) in (0_u8..).zip(&mut counts) {
        *count = figures
            .get(&Counter::LatencyBucket(index).attribute())
            .and_then(|value| value.as_n().ok()?.parse().ok())
            .unwrap_or(0);
    }
    LatencyHistogram::new(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_read_from_the_figures_attributes() {
        let change = {
            let mut change = FiguresChange::default();
            change.add_latency(100);
            change.add_latency(400_000);
            change
        };
        let figures: Item = change
            .iter()
            .map(|(counter, amount)| (counter.attribute(), crate::table::number(amount)))
            .collect();
        let histogram = histogram(&figures);
        assert_eq!(histogram.samples(), 2);
        assert_eq!(
            (histogram.percentile(50), histogram.percentile(95)),
            (Some(125), Some(300_000))
        );
    }
}
