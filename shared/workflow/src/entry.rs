//! The way into an event: a guest by its token, an organiser by the event's slug.

use cloud::Cloud;
use domain::edit::Origin;
use domain::guard::Audience;
use domain::scope::{GuestCaller, TenantCaller, scope_hash};
use domain::{EventId, EventSlug, Problem, TenantId};

use crate::guest::grant;

/// Who is calling.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
    /// Somebody with an event token.
    Guest(GuestCaller<'a>),
    /// The organiser.
    Tenant(TenantCaller<'a>),
}

/// An event that a caller may work in.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) tenant_id: TenantId,
    pub(crate) event_id: EventId,
    pub(crate) origin: Origin,
    /// In which idempotency keys and quotas are counted.
    pub(crate) scope: String,
}

impl Entry {
    /// The guest's scope hash; `None` for the organiser.
    pub(crate) fn guest(&self) -> Option<&str> {
        match &self.origin {
            Origin::Guest { scope_hash } => Some(scope_hash),
            Origin::Tenant => None,
        }
    }
}

impl Caller<'_> {
    /// Which of the two switches of layer 1 apply.
    pub(crate) const fn audience(&self) -> Audience {
        match self {
            Self::Guest(_) => Audience::Guest,
            Self::Tenant(_) => Audience::Tenant,
        }
    }

    /// Opens the event. What belongs to another tenant looks like what does not exist.
    pub(crate) async fn enter(&self, cloud: &Cloud) -> Result<Entry, Problem> {
        match self {
            Self::Guest(guest) => {
                let grant = grant(cloud, *guest).await?;
                let scope = scope_hash(&grant.scope_key, guest.identity);
                let origin = Origin::Guest {
                    scope_hash: scope.clone(),
                };
                Ok(Entry {
                    tenant_id: grant.tenant_id,
                    event_id: grant.event_id,
                    origin,
                    scope,
                })
            }
            Self::Tenant(tenant) => {
                let event_id = event_of(cloud, *tenant).await?;
                let tenant_id = tenant.tenant_id.clone();
                let scope = format!("tenant-{tenant_id}");
                Ok(Entry {
                    tenant_id,
                    event_id,
                    origin: Origin::Tenant,
                    scope,
                })
            }
        }
    }
}

/// The event that an organiser means.
pub(crate) async fn event_of(cloud: &Cloud, caller: TenantCaller<'_>) -> Result<EventId, Problem> {
    // A text that is no slug names nothing, and may be too long for a key.
    let slug: EventSlug = caller.event_slug.parse().map_err(|_| Problem::EventNotFound)?;
    let found = cloud.event_of_slug(caller.tenant_id, slug.as_str()).await?;
    found.ok_or(Problem::EventNotFound)
}
