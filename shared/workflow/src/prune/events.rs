//! Edits and photos of an event.

use std::collections::HashSet;

use domain::context::month_of;
use domain::event::Photo;
use domain::ports::{ObjectRemoval, PastEdits, PortError};
use domain::{Context, Edit, EventId};

use super::{PAGE, Pruned, Run};

pub(super) async fn prune<D>(deps: &D, run: &Run, event: &EventId) -> Result<Pruned, PortError>
where
    D: Context + PastEdits + ObjectRemoval,
{
    let mut pruned = edits(deps, run, event).await?;
    pruned.add(&photos(deps, run, event).await?);
    if !run.pretend && !pruned.more {
        deps.forget_figures_before(event, &month_of(run.ledger_ends))
            .await?;
    }
    Ok(pruned)
}

async fn edits<D>(deps: &D, run: &Run, event: &EventId) -> Result<Pruned, PortError>
where
    D: Context + PastEdits + ObjectRemoval,
{
    let mut pruned = Pruned::default();
    let mut after = None;
    loop {
        if run.is_over(deps) {
            pruned.more = true;
            return Ok(pruned);
        }
        let page = deps
            .edits_made_before(event, run.requests_end, after, PAGE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(pruned);
        };
        after = Some(last.id);
        let (over, under_way): (Vec<Edit>, Vec<Edit>) =
            page.into_iter().partition(|edit| edit.status.is_terminal());
        if !run.pretend && !over.is_empty() {
            deps.remove_objects(&pictures(&over)).await?;
            deps.forget_edits(&over).await?;
        }
        let outputs = over.iter().filter_map(|edit| edit.output.as_ref());
        pruned.add(&Pruned {
            requests: count(&over),
            outputs: u64::try_from(outputs.clone().count()).unwrap_or(0),
            bytes: outputs.map(|output| output.bytes).sum(),
            under_way: count(&under_way),
            ..Pruned::default()
        });
    }
}

/// Also of edits that have no picture: a worker may have died between the picture and the move.
fn pictures(edits: &[Edit]) -> Vec<String> {
    let mut keys = HashSet::new();
    for edit in edits {
        keys.extend([edit.output_key(), edit.thumbnail_key()]);
        if let Some(output) = &edit.output {
            keys.extend([output.object_key.clone(), output.thumbnail_key.clone()]);
        }
    }
    keys.into_iter().collect()
}

async fn photos<D>(deps: &D, run: &Run, event: &EventId) -> Result<Pruned, PortError>
where
    D: Context + PastEdits + ObjectRemoval,
{
    let mut pruned = Pruned::default();
    let mut needed = None;
    let mut after = None;
    loop {
        if run.is_over(deps) {
            pruned.more = true;
            return Ok(pruned);
        }
        let mut page = deps
            .photos_made_before(event, run.requests_end, after, PAGE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(pruned);
        };
        after = Some(last.id);
        if needed.is_none() {
            needed = Some(deps.photos_under_way(event).await?);
        }
        page.retain(|photo| !needed.as_ref().is_some_and(|needed| needed.contains(&photo.id)));
        if !run.pretend && !page.is_empty() {
            let keys: Vec<String> = page.iter().map(|photo| photo.object_key.clone()).collect();
            deps.remove_objects(&keys).await?;
            deps.forget_photos(&page).await?;
        }
        pruned.add(&Pruned {
            photos: count(&page),
            bytes: page.iter().map(|photo: &Photo| photo.size_bytes).sum(),
            ..Pruned::default()
        });
    }
}

fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}
