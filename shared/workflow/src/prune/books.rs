//! Ledger entries, counters and alerts of a tenant.

use cloud::{Cloud, PortError};
use domain::TenantId;
use domain::context::month_of;

use super::{PAGE, Pruned, Run};

pub(super) async fn prune(cloud: &Cloud, run: &Run, tenant: &TenantId) -> Result<Pruned, PortError> {
    let mut pruned = Pruned::default();
    let edge = month_of(run.ledger_ends);
    for month in cloud.months_until(tenant, &edge).await? {
        pruned.add(&entries(cloud, run, tenant, &month).await?);
        if pruned.more {
            break;
        }
        // The month at the edge of the retention still counts.
        if !run.pretend && month < edge {
            cloud.forget_month(tenant, &month).await?;
        }
    }
    Ok(pruned)
}

async fn entries(cloud: &Cloud, run: &Run, tenant: &TenantId, month: &str) -> Result<Pruned, PortError> {
    let mut pruned = Pruned::default();
    let mut after = None;
    loop {
        if run.is_over(cloud) {
            pruned.more = true;
            return Ok(pruned);
        }
        let mut page = cloud
            .entries_made_before(tenant, month, run.ledger_ends, after, PAGE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(pruned);
        };
        after = Some(last.edit_id);
        // An entry is younger than its edit, and it is the entry's own age that counts.
        page.retain(|entry| entry.at < run.ledger_ends);
        if !run.pretend && !page.is_empty() {
            cloud.forget_entries(&page).await?;
        }
        pruned.ledger_entries += u64::try_from(page.len()).unwrap_or(0);
    }
}
