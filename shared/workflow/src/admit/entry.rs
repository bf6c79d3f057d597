//! How a caller reaches an event: a guest by its token, an organiser by the event's slug.

use std::sync::Arc;

use cloud::Cloud;
use domain::edit::Origin;
use domain::event::TokenGrant;
use domain::guard::Audience;
use domain::scope::{GuestCaller, GuestScopes, TenantCaller, token_hash};
use domain::{EventId, EventSlug, Problem, Settings, TenantId};

/// Who is calling.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
    /// Somebody with an event token.
    Guest(GuestCaller<'a>),
    /// The organiser.
    Tenant(TenantCaller<'a>),
}

/// An event that a caller may use.
#[derive(Debug)]
pub struct Entry {
    /// Whose event it is.
    pub tenant_id: TenantId,
    /// The event.
    pub event_id: EventId,
    pub(crate) origin: Origin,
    /// The scope of a guest's address, where it is another than the guest's own.
    pub(crate) address: Option<String>,
    /// The scope of idempotency keys and quotas.
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

    /// Opens the event.
    ///
    /// # Errors
    /// There is no such event. Another tenant's event looks the same.
    pub async fn enter(&self, cloud: &Cloud) -> Result<Entry, Problem> {
        match self {
            Self::Guest(guest) => {
                let grant = grant(cloud, *guest).await?;
                let GuestScopes { own, address } = guest.scopes(&grant.scope_key);
                let origin = Origin::Guest {
                    scope_hash: own.clone(),
                };
                Ok(Entry {
                    tenant_id: grant.tenant_id,
                    event_id: grant.event_id,
                    origin,
                    address,
                    scope: own,
                })
            }
            Self::Tenant(tenant) => {
                let event_id = event_of(cloud, *tenant).await?;
                let tenant_id = tenant.tenant_id.clone();
                // No id holds a `#`: two scopes cannot be one text.
                let scope = format!("tenant-{tenant_id}#{event_id}");
                Ok(Entry {
                    tenant_id,
                    event_id,
                    origin: Origin::Tenant,
                    address: None,
                    scope,
                })
            }
        }
    }
}

/// The event that an organiser means.
///
/// # Errors
/// The tenant has no event of this slug.
pub async fn event_of(cloud: &Cloud, caller: TenantCaller<'_>) -> Result<EventId, Problem> {
    // A malformed slug names nothing, and may be too long for a key.
    let slug: EventSlug = caller.event_slug.parse().map_err(|_| Problem::EventNotFound)?;
    let found = cloud.event_of_slug(caller.tenant_id, slug.as_str()).await?;
    found.ok_or(Problem::EventNotFound)
}

/// The event that a guest's token opens.
///
/// # Errors
/// The token is unknown or expired; both look like a missing event.
pub async fn grant(cloud: &Cloud, caller: GuestCaller<'_>) -> Result<TokenGrant, Problem> {
    let grant = cloud.grant(&token_hash(caller.token)).await?;
    grant
        .filter(|grant| grant.is_valid(cloud.now()))
        .ok_or(Problem::EventNotFound)
}

/// The settings.
///
/// # Errors
/// The settings could never be read: refuse, never guess, and never say that the feature is switched off.
pub async fn settings(cloud: &Cloud) -> Result<Arc<Settings>, Problem> {
    cloud.settings().await.map_err(|error| {
        tracing::error!(%error, "no settings, refusing");
        Problem::Unavailable
    })
}
