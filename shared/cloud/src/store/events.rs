//! Events.

use domain::audit::Deed;
use domain::event::Package;
use domain::{Event, EventId, TenantId};
use serde::{Deserialize, Serialize};

use super::keys::{self, EVENTS};
use super::packages::{EVENT_COUNT, Holder};
use super::tenant_events::{Entry, ListedEvent};
use super::tenants::Listed;
use super::write::{TransactionError, at_version};
use crate::table::{Condition, Update, Write, text};
use crate::{Cloud, PortError, SaveError};

impl Cloud {
    /// The event that a tenant's slug names.
    pub async fn event_of_slug(&self, tenant: &TenantId, slug: &str) -> Result<Option<EventId>, PortError> {
        let pointer: Option<SlugPointer> = self.read(keys::slug(tenant, slug), "an event's slug").await?;
        Ok(pointer.map(|pointer| pointer.event_id))
    }

    pub async fn event(&self, id: &EventId) -> Result<Option<Event>, PortError> {
        self.read(keys::event(id), "an event").await
    }

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
    pub async fn save_event(
        &self,
        event: &Event,
        before: Option<&Event>,
        deed: &Deed,
    ) -> Result<(), SaveError> {
        let pointer = SlugPointer {
            event_id: event.id.clone(),
        };
        let own_slug = Condition::eq("event_id", text(event.id.as_str()));
        let slug = keys::slug(&event.tenant_id, event.slug.as_str());
        let entry = Listed {
            id: event.id.to_string(),
        };
        // The slug first: a refusal is told apart by its position.
        let mut writes = vec![
            Write::update(slug, Update::fields(&pointer)?).when(Condition::Absent.or(own_slug.clone())),
            event_write(event, before)?,
            Write::update(keys::listed(EVENTS, &entry.id), Update::fields(&entry)?),
            Write::check(keys::tenant(&event.tenant_id), Condition::Exists),
        ];
        if let Some(created_at) = event.created_at {
            let event_id = event.id.clone();
            let listed = ListedEvent {
                created_at,
                event_id: event_id.clone(),
            };
            let key = keys::tenant_event(&event.tenant_id, &listed);
            writes.push(Write::update(key, Update::fields(Entry { event_id })?));
        }
        if let Some(before) = before.filter(|before| before.slug != event.slug) {
            let key = keys::slug(&before.tenant_id, before.slug.as_str());
            writes.push(Write::delete(key).when(own_slug));
        }
        let had = before.and_then(|before| before.package.as_ref());
        writes.extend(package_writes(&event.id, event.package.as_ref(), had)?);
        writes.extend(self.audit_writes(deed)?);
        self.transact(writes).await.map_err(|error| match error {
            TransactionError::Refused(items) if items.contains(&0) => SaveError::InUse,
            error => error.into(),
        })
    }
}

/// Event and package are as they were read; what others write stays as it is.
fn event_write(event: &Event, before: Option<&Event>) -> Result<Write, PortError> {
    let unchanged = match before {
        None => Condition::Absent,
        Some(before) => Condition::Exists
            .and(Condition::eq("tenant_id", text(before.tenant_id.as_str())))
            .and(Condition::eq("slug", text(before.slug.as_str())))
            .and(match &before.package {
                None => Condition::is_null("package"),
                Some(package) => Condition::eq("package.key", text(package.key.as_str())),
            }),
    };
    let update = Update::fields(event)?
        .keeping("policy")
        .keeping("policy_version")
        .keeping("addons")
        .keeping("scope_key");
    Ok(Write::update(keys::event(&event.id), update).when(unchanged))
}

/// The package is the one whose copy the event gets; it counts and lists the event, and the one before no longer
/// does.
fn package_writes(
    event: &EventId,
    now: Option<&Package>,
    had: Option<&Package>,
) -> Result<Vec<Write>, PortError> {
    let mut writes = Vec::new();
    let same = now.map(|package| &package.key) == had.map(|package| &package.key);
    let count = |amount| Update::default().add(EVENT_COUNT, amount);
    if let Some(package) = now {
        let key = keys::package(package.key.as_str());
        let unchanged = at_version(Some(package.version));
        writes.push(if same {
            Write::check(key, unchanged)
        } else {
            Write::update(key, count(1)).when(unchanged)
        });
        let holder = Holder {
            event_id: event.clone(),
        };
        let key = keys::holder(&package.key, event);
        writes.push(Write::update(key, Update::fields(holder)?));
    }
    if let Some(package) = had.filter(|_| !same) {
        let key = keys::package(package.key.as_str());
        writes.push(Write::update(key, count(-1)).when(Condition::Exists));
        writes.push(Write::delete(keys::holder(&package.key, event)));
    }
    Ok(writes)
}

#[derive(Serialize, Deserialize)]
struct SlugPointer {
    event_id: EventId,
}
