//! Events: whose they are, what they are called, which package they have.

use cloud::{Cloud, PortError, SaveError};
use domain::event::{EventPolicy, Package};
use domain::guard::{GrantedBy, entitlement};
use domain::watermark::WatermarkSettings;
use domain::{Event, EventId, EventSlug, PackageKey, Problem, TenantId};

use super::{Listing, Outcome, Saved, TRIES, check_watermark, unsaved};

const SLUG_TAKEN: &str =
    "Another event of this tenant has this slug. Choose another, or rename that event first.";

/// An event as the superadmin sets it; policy, add-ons and scope key are not in it and stay as they are.
#[derive(Debug, Clone)]
pub struct EventInput {
    /// Which.
    pub id: EventId,
    /// Never changes.
    pub tenant_id: TenantId,
    /// Unique within the tenant.
    pub slug: EventSlug,
    /// For people.
    pub name: String,
    /// Its package, if it has one.
    pub package_key: Option<PackageKey>,
    /// Its own watermark.
    pub watermark: Option<WatermarkSettings>,
}

/// An event and what unlocks AI edits for it now.
#[derive(Debug, Clone)]
pub struct EventAnswer {
    /// As stored.
    pub event: Event,
    /// `None`: nothing does (row E6).
    pub granted_by: Option<GrantedBy>,
}

impl EventAnswer {
    fn of(cloud: &Cloud, event: Event) -> Self {
        Self {
            granted_by: entitlement::check(&event, cloud.now()).ok(),
            event,
        }
    }
}

/// A page of events, in the order of their ids.
///
/// # Errors
/// The table is away.
pub async fn list_events(
    cloud: &Cloud,
    after: Option<&EventId>,
    limit: u32,
) -> Result<Listing<EventAnswer>, Problem> {
    let events = cloud.events_page(after, limit + 1).await?.into_iter();
    let answers = events.map(|event| EventAnswer::of(cloud, event));
    Ok(Listing::of(answers.collect(), limit))
}

/// An event.
///
/// # Errors
/// There is no such event.
pub async fn get_event(cloud: &Cloud, id: &EventId) -> Result<EventAnswer, Problem> {
    let event = cloud.event(id).await?.ok_or(Problem::EventNotFound)?;
    Ok(EventAnswer::of(cloud, event))
}

/// Creates an event, or replaces what the superadmin sets of it.
///
/// # Errors
/// A tenant or package that does not exist, another tenant's event, a slug that is taken, a watermark that cannot be
/// drawn; others change it at the same time, again and again.
pub async fn put_event(cloud: &Cloud, input: &EventInput) -> Result<Saved<EventAnswer>, Problem> {
    if let Some(watermark) = &input.watermark {
        check_watermark(cloud, "/watermark", watermark).await?;
    }
    for _ in 0..TRIES {
        let (before, tenant, package) = futures::try_join!(
            cloud.event(&input.id),
            cloud.tenant(&input.tenant_id),
            package(cloud, input.package_key.as_ref()),
        )?;
        if tenant.is_none() {
            return Err(Problem::field("/tenant_id", "There is no such tenant."));
        }
        if package.is_none() && input.package_key.is_some() {
            return Err(Problem::field("/package_key", "There is no such package."));
        }
        if before
            .as_ref()
            .is_some_and(|before| before.tenant_id != input.tenant_id)
        {
            let detail = "This event belongs to another tenant; events do not change hands.";
            return Err(Problem::field("/tenant_id", detail));
        }
        let event = event(cloud, input, before.as_ref(), package);
        let outcome = Outcome::of(before.as_ref(), &event);
        let saved = match outcome {
            Outcome::Unchanged => Ok(()),
            Outcome::Created | Outcome::Updated => cloud.save_event(&event, before.as_ref()).await,
        };
        match saved {
            Ok(()) => {
                return Ok(Saved {
                    value: EventAnswer::of(cloud, event),
                    outcome,
                });
            }
            Err(SaveError::Changed) => {}
            Err(error) => return Err(unsaved(error, SLUG_TAKEN)),
        }
    }
    Err(Problem::Unavailable)
}

async fn package(cloud: &Cloud, key: Option<&PackageKey>) -> Result<Option<Package>, PortError> {
    match key {
        Some(key) => cloud.package(key).await,
        None => Ok(None),
    }
}

fn event(cloud: &Cloud, input: &EventInput, before: Option<&Event>, package: Option<Package>) -> Event {
    Event {
        id: input.id.clone(),
        tenant_id: input.tenant_id.clone(),
        slug: input.slug.clone(),
        name: input.name.clone(),
        package,
        addons: before.map(|before| before.addons.clone()).unwrap_or_default(),
        policy: before.map_or_else(EventPolicy::default, |before| before.policy.clone()),
        watermark: input.watermark.clone(),
        scope_key: before.map_or_else(
            || format!("{:032x}", cloud.random()),
            |before| before.scope_key.clone(),
        ),
    }
}
