//! Tenants, and the lists of tenants and events.

use domain::TenantId;
use domain::audit::Deed;
use domain::budget::Tenant;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keys::{self, TENANTS};
use crate::table::{Key, MAX_BATCH_GET, Query, Update, Write};
use crate::{Cloud, PortError};

/// An entry of a list: what it lists is an item of its own.
#[derive(Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) id: String,
}

impl Cloud {
    /// A page of tenants.
    pub async fn tenants_page(&self, after: Option<&TenantId>, limit: u32) -> Result<Vec<Tenant>, PortError> {
        let key = |id: &str| Some(keys::tenant(&id.parse().ok()?));
        self.listed(TENANTS, after.map(ToString::to_string), limit, key, "a tenant")
            .await
    }

    pub async fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, PortError> {
        self.read(keys::tenant(id), "a tenant").await
    }

    /// Saves a tenant, and what was done to it.
    pub async fn save_tenant(&self, tenant: &Tenant, deed: &Deed) -> Result<(), PortError> {
        let entry = Listed {
            id: tenant.id.to_string(),
        };
        let mut writes = vec![
            Write::update(keys::tenant(&tenant.id), Update::fields(tenant)?),
            Write::update(keys::listed(TENANTS, &entry.id), Update::fields(&entry)?),
        ];
        writes.extend(self.audit_writes(deed)?);
        Ok(self.transact(writes).await?)
    }

    /// A page of a list.
    pub(super) async fn entries(
        &self,
        list: &str,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<Listed>, PortError> {
        let after = after.map(|id| keys::listed(list, &id));
        let query = Query::table(list).after(after).limit(limit).consistent();
        self.page(query, "a list's entry").await
    }

    /// A page of a list, with what it lists: one query and one batch read.
    pub(super) async fn listed<T: DeserializeOwned>(
        &self,
        list: &str,
        after: Option<String>,
        limit: u32,
        key_of: impl Fn(&str) -> Option<Key>,
        what: &'static str,
    ) -> Result<Vec<T>, PortError> {
        let entries = self.entries(list, after, limit).await?;
        let keys: Vec<Key> = entries.iter().filter_map(|entry| key_of(&entry.id)).collect();
        let mut found = Vec::with_capacity(keys.len());
        for batch in keys.chunks(MAX_BATCH_GET) {
            let together = self.read_together(batch.iter().cloned()).await?;
            for key in batch {
                found.extend(together.get(key, what)?);
            }
        }
        Ok(found)
    }
}
