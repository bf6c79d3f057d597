//! The audit: each deed in the list of the installation, and in that of its tenant.

use domain::audit::{AUDIT_RETENTION, AuditEntry, Deed};
use domain::{AuditId, TenantId};
use serde::Serialize;

use super::keys;
use crate::table::{Query, Update, Write};
use crate::{Cloud, PortError};

#[derive(Serialize)]
struct Stored<'a> {
    #[serde(flatten)]
    entry: &'a AuditEntry,
    /// Seconds since 1970: the table's TTL attribute.
    expires_at: i64,
}

impl Cloud {
    /// The writes that keep a deed: they belong into the transaction of the change.
    pub(super) fn audit_writes(&self, deed: &Deed) -> Result<Vec<Write>, PortError> {
        let now = self.now();
        let entry = AuditEntry {
            id: AuditId::new(now, self.random()),
            at: now,
            deed: deed.clone(),
        };
        let stored = Stored {
            entry: &entry,
            expires_at: now.as_second() + AUDIT_RETENTION.as_secs(),
        };
        let tenants = std::iter::once(None).chain(deed.tenant_id.as_ref().map(Some));
        tenants
            .map(|tenant| {
                Ok(Write::update(
                    keys::audit(tenant, entry.id),
                    Update::fields(&stored)?,
                ))
            })
            .collect()
    }

    /// Keeps a deed whose change is not in the table.
    pub async fn record(&self, deed: &Deed) -> Result<(), PortError> {
        Ok(self.transact(self.audit_writes(deed)?).await?)
    }

    /// A page of a tenant's audit, or of the installation's, newest first.
    pub async fn audit(
        &self,
        tenant: Option<&TenantId>,
        after: Option<AuditId>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, PortError> {
        // DynamoDB removes what has expired when it gets round to it.
        let oldest = self.now().saturating_sub(AUDIT_RETENTION).unwrap_or_default();
        let first = keys::audit(tenant, AuditId::new(oldest, 0));
        // `~` sorts after every character of a ULID.
        let query = Query::table(first.pk)
            .between(first.sk, "~")
            .backward()
            .after(after.map(|entry| keys::audit(tenant, entry)))
            .limit(limit)
            .consistent();
        self.page(query, "an audit entry").await
    }
}
