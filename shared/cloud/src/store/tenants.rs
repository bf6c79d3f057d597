//! Tenants, and the lists of tenants and events.

use crate::PortError;
use domain::TenantId;
use domain::budget::Tenant;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::catalog::unwritten;
use super::change::{Change, PageOf};
use super::keys::{self, Key, TENANTS};
use crate::Cloud;

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

    /// A tenant.
    pub async fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, PortError> {
        self.read(keys::tenant(id), "a tenant").await
    }

    /// Saves a tenant.
    pub async fn save_tenant(&self, tenant: &Tenant) -> Result<(), PortError> {
        let entry = Listed {
            id: tenant.id.to_string(),
        };
        let writes = vec![
            self.change(Change::of(keys::tenant(&tenant.id), tenant)?)?,
            self.change(Change::of(keys::listed(TENANTS, &entry.id), &entry)?)?,
        ];
        self.transact(writes).await.map_err(unwritten)
    }
}

impl Cloud {
    /// A page of a list, with what it lists: one query and one batch read.
    pub(super) async fn listed<T: DeserializeOwned>(
        &self,
        list: &str,
        after: Option<String>,
        limit: u32,
        key_of: impl Fn(&str) -> Option<Key>,
        what: &'static str,
    ) -> Result<Vec<T>, PortError> {
        let page = PageOf {
            pk: list.to_owned(),
            after,
            // A batch read takes 100 keys; a page has at most 100 entries and one to see whether there are more.
            limit,
            ..PageOf::default()
        };
        let entries: Vec<Listed> = self.page(page, "a list's entry").await?;
        let keys: Vec<Key> = entries.iter().filter_map(|entry| key_of(&entry.id)).collect();
        let mut found = Vec::with_capacity(keys.len());
        for batch in keys.chunks(100) {
            let together = self.read_together(batch.iter().cloned()).await?;
            for key in batch {
                found.extend(together.get(key, what)?);
            }
        }
        Ok(found)
    }
}
