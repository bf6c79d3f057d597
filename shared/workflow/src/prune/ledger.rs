//! Deletes ledger entries, budget counters and alerts of a tenant.

use cloud::PortError;
use domain::TenantId;
use domain::context::month_of;

use super::{PAGE, Pruned, Run};

impl Run<'_> {
    pub(super) async fn ledger(&self, tenant: TenantId) -> Result<Pruned, PortError> {
        let tenant = &tenant;
        let mut pruned = Pruned::default();
        let last_month = month_of(self.ledger_ends);
        for month in self.cloud.months_until(tenant, &last_month).await? {
            pruned.add(&self.entries(tenant, &month).await?);
            if pruned.more {
                break;
            }
            // The month at the end of the retention still counts.
            if !self.pretend && month < last_month {
                self.cloud.forget_month(tenant, &month).await?;
            }
        }
        Ok(pruned)
    }

    async fn entries(&self, tenant: &TenantId, month: &str) -> Result<Pruned, PortError> {
        let mut pruned = Pruned::default();
        let mut after = None;
        loop {
            if self.is_over() {
                pruned.more = true;
                return Ok(pruned);
            }
            let mut page = self
                .cloud
                .entries_made_before(tenant, month, self.ledger_ends, after, PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(pruned);
            };
            after = Some(last.edit_id);
            // The query goes by the age of the edit; an entry is younger, and its own age counts.
            page.retain(|entry| entry.at < self.ledger_ends);
            if !self.pretend && !page.is_empty() {
                self.cloud.forget_entries(&page).await?;
            }
            pruned.ledger_entries += u64::try_from(page.len()).unwrap_or(0);
        }
    }
}
