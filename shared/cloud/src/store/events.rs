//! Events and their photos.

use crate::{PortError, SaveError};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::event::{Package, Photo};
use domain::{Event, EventId, PhotoId, TenantId};
use serde::{Deserialize, Serialize};

use super::catalog::{at_version, changed};
use super::change::{Change, Tests};
use super::keys::{self, EVENTS, Item, Key, text};
use super::packages::{EVENT_COUNT, Holder};
use super::read::parse;
use super::tenants::Listed;
use super::transaction::TransactionError;
use crate::Cloud;
use crate::error::unavailable;

impl Cloud {
    /// The event that a tenant's slug names.
    pub async fn event_of_slug(&self, tenant: &TenantId, slug: &str) -> Result<Option<EventId>, PortError> {
        let pointer: Option<SlugPointer> = self.read(keys::slug(tenant, slug), "an event's slug").await?;
        Ok(pointer.map(|pointer| pointer.event_id))
    }
}

impl Cloud {
    /// An event.
    pub async fn event(&self, id: &EventId) -> Result<Option<Event>, PortError> {
        self.read(keys::event(id), "an event").await
    }
}

impl Cloud {
    /// Registers a photo.
    pub async fn put_photo(&self, photo: &Photo) -> Result<(), PortError> {
        self.write(keys::photo(&photo.event_id, photo.id), photo).await
    }

    /// A page of an event's photos, newest first, after a photo.
    pub async fn photos(
        &self,
        event: &EventId,
        after: Option<PhotoId>,
        limit: u32,
    ) -> Result<Vec<Photo>, PortError> {
        let answer = self
            .dynamodb
            .query()
            .table_name(&self.config.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :photo)")
            .expression_attribute_values(":pk", text(keys::event_partition(event)))
            .expression_attribute_values(":photo", text("PHOTO#"))
            .scan_index_forward(false)
            // The photo that was seen last need not exist any more.
            .set_exclusive_start_key(after.map(|photo| keys::photo(event, photo).into_item()))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(unavailable("dynamodb.Query"))?;
        answer
            .items
            .into_iter()
            .flatten()
            .map(|item: Item| parse(item, "a photo"))
            .collect()
    }
}

impl Cloud {
    /// A page of events.
    pub async fn events_page(&self, after: Option<&EventId>, limit: u32) -> Result<Vec<Event>, PortError> {
        let key = |id: &str| Some(keys::event(&id.parse().ok()?));
        self.listed(EVENTS, after.map(ToString::to_string), limit, key, "an event")
            .await
    }

    /// Saves slug, name, package and watermark of an event, and of a new one everything. What organiser and add-on
    /// shop write (policy, add-ons) stays as it is in the table.
    ///
    /// All or nothing: the slug points at the event and no longer at where it pointed before; the package knows its
    /// event. [`SaveError::InUse`]: the slug belongs to another event of the tenant. [`SaveError::Changed`]: event
    /// or package are not as they were read, or the tenant is gone.
    pub async fn save_event(&self, event: &Event, before: Option<&Event>) -> Result<(), SaveError> {
        let pointer = SlugPointer {
            event_id: event.id.clone(),
        };
        let free_or_own = Tests::default()
            .and("event_id", "=", text(event.id.as_str()))
            .or_absent();
        let slug = Change::of(keys::slug(&event.tenant_id, event.slug.as_str()), &pointer)?;
        let entry = Listed {
            id: event.id.to_string(),
        };
        // The slug first: a refusal is told apart by its position.
        let mut writes = vec![
            self.change(slug.when(free_or_own))?,
            self.change(event_change(event, before)?)?,
            self.change(Change::of(keys::listed(EVENTS, &entry.id), &entry)?)?,
            self.check(keys::tenant(&event.tenant_id), Tests::present())?,
        ];
        if let Some(before) = before.filter(|before| before.slug != event.slug) {
            let own = Tests::default().and("event_id", "=", text(event.id.as_str()));
            writes.push(self.delete(keys::slug(&before.tenant_id, before.slug.as_str()), own)?);
        }
        let had = before.and_then(|before| before.package.as_ref());
        writes.extend(self.package_writes(&event.id, event.package.as_ref(), had)?);
        self.transact(writes).await.map_err(|error| match error {
            TransactionError::Refused(items) if items.contains(&0) => SaveError::InUse,
            error => changed(error),
        })
    }
}

/// Event and package are as they were read; what others write stays as it is.
fn event_change(event: &Event, before: Option<&Event>) -> Result<Change, PortError> {
    let tests = match before {
        None => Tests::absent(),
        Some(before) => {
            let same = Tests::present()
                .and("tenant_id", "=", text(before.tenant_id.as_str()))
                .and("slug", "=", text(before.slug.as_str()));
            match &before.package {
                None => same.and_null("package"),
                Some(package) => same.and("package.key", "=", text(package.key.as_str())),
            }
        }
    };
    let change = Change::of(keys::event(&event.id), event)?;
    Ok(change
        .keeping("policy")
        .keeping("addons")
        .keeping("scope_key")
        .when(tests))
}

impl Cloud {
    /// The package is the one whose copy the event gets; it counts and lists the event, and the one before no longer
    /// does.
    fn package_writes(
        &self,
        event: &EventId,
        now: Option<&Package>,
        had: Option<&Package>,
    ) -> Result<Vec<TransactWriteItem>, PortError> {
        let mut writes = Vec::new();
        let same = now.map(|package| &package.key) == had.map(|package| &package.key);
        if let Some(package) = now {
            let (key, unchanged) = (
                keys::package(package.key.as_str()),
                at_version(Some(package.version)),
            );
            if same {
                writes.push(self.check(key, unchanged)?);
            } else {
                writes.push(self.change(Change::adding_to(key, EVENT_COUNT, 1).when(unchanged))?);
            }
            let holder = Holder {
                event_id: event.clone(),
            };
            writes.push(self.change(Change::of(keys::holder(&package.key, event), holder)?)?);
        }
        if let Some(package) = had.filter(|_| !same) {
            let key = keys::package(package.key.as_str());
            writes.push(self.change(Change::adding_to(key, EVENT_COUNT, -1).when(Tests::present()))?);
            writes.push(self.delete(keys::holder(&package.key, event), Tests::default())?);
        }
        Ok(writes)
    }

    pub(crate) async fn write<T: Serialize>(&self, key: Key, value: T) -> Result<(), PortError> {
        self.dynamodb
            .put_item()
            .table_name(&self.config.table)
            .set_item(Some(keys::item(key, value)?))
            .send()
            .await
            .map_err(unavailable("dynamodb.PutItem"))?;
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct SlugPointer {
    event_id: EventId,
}
