//! Edits and photos of an event.

use cloud::{Cloud, PortError};
use std::collections::HashSet;

use domain::context::month_of;
use domain::event::Photo;
use domain::{Edit, EventId};

use super::{PAGE, Pruned, Run};

pub(super) async fn prune(cloud: &Cloud, run: &Run, event: &EventId) -> Result<Pruned, PortError> {
    let mut pruned = edits(cloud, run, event).await?;
    pruned.add(&photos(cloud, run, event).await?);
    if !run.pretend && !pruned.more {
        cloud
            .forget_figures_before(event, &month_of(run.ledger_ends))
            .await?;
    }
    Ok(pruned)
}

async fn edits(cloud: &Cloud, run: &Run, event: &EventId) -> Result<Pruned, PortError> {
    let mut pruned = Pruned::default();
    let mut after = None;
    loop {
        if run.is_over(cloud) {
            pruned.more = true;
            return Ok(pruned);
        }
        let page = cloud
            .edits_made_before(event, run.requests_end, after, PAGE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(pruned);
        };
        after = Some(last.id);
        let (over, under_way): (Vec<Edit>, Vec<Edit>) =
            page.into_iter().partition(|edit| edit.status.is_terminal());
        if !run.pretend && !over.is_empty() {
            cloud.remove_objects(&pictures(&over)).await?;
            cloud.forget_edits(&over).await?;
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

async fn photos(cloud: &Cloud, run: &Run, event: &EventId) -> Result<Pruned, PortError> {
    let mut pruned = Pruned::default();
    let mut needed = None;
    let mut after = None;
    loop {
        if run.is_over(cloud) {
            pruned.more = true;
            return Ok(pruned);
        }
        let mut page = cloud
            .photos_made_before(event, run.requests_end, after, PAGE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(pruned);
        };
        after = Some(last.id);
        if needed.is_none() {
            needed = Some(cloud.photos_under_way(event).await?);
        }
        page.retain(|photo| !needed.as_ref().is_some_and(|needed| needed.contains(&photo.id)));
        if !run.pretend && !page.is_empty() {
            let keys: Vec<String> = page.iter().map(|photo| photo.object_key.clone()).collect();
            cloud.remove_objects(&keys).await?;
            cloud.forget_photos(&page).await?;
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
