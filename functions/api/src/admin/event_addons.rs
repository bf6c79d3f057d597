//! Add-ons of an event: bought, being bought, or cancelled.

use cloud::Cloud;
use domain::audit::{Action, Actor};
use domain::event::{Addon, AddonStatus};
use domain::{AddonKey, Event, EventId, Problem};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Outcome, Saved, removed, unsaved};
use crate::body::json_body;
use crate::caller::{actor, new_id, path_id};
use crate::openapi::{Changes, Reads};
use crate::response::{list, no_content, ok};
use crate::{Answer, Request};

const WHAT: &str = "add-on of this event";
const MISSING: Problem = Problem::NotFound(WHAT);

/// How far the purchase of an add-on has come; only `completed` unlocks anything.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseStatus {
    /// Being bought.
    Pending,
    /// Paid.
    Completed,
    /// Not bought after all.
    Cancelled,
}

/// An add-on of an event.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventAddonInput {
    /// How far its purchase has come.
    #[garde(skip)]
    pub status: PurchaseStatus,
    /// When it ends; null: never.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// An add-on of an event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventAddon)]
pub(crate) struct EventAddonBody<'a> {
    #[schema(value_type = String)]
    key: &'a AddonKey,
    #[schema(value_type = PurchaseStatus)]
    status: AddonStatus,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Completed and not expired.
    active: bool,
}

function!("admin-event-addons", Superadmin, {
    GET => list_event_addons,
    GET [key] => get_event_addon,
    PUT [key] => put_event_addon,
    DELETE [key] => delete_event_addon,
});

/// Lists an event's add-ons
// An event never has more than a few.
#[utoipa::path(get, path = "/admin/events/{eventId}/addons",
    responses((status = 200, body = [EventAddonBody<'_>]), Reads))]
async fn list_event_addons(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let event = event(cloud, request).await?;
    let now = cloud.now();
    Ok(list(
        event.addons.iter().map(|addon| EventAddonBody::new(addon, now)),
        None,
    ))
}

/// Shows an add-on of an event
#[utoipa::path(get, path = "/admin/events/{eventId}/addons/{key}",
    responses((status = 200, body = EventAddonBody<'_>), Reads))]
async fn get_event_addon(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let id = event_id(request)?;
    let key: AddonKey = path_id(request, "key", MISSING)?;
    let event = cloud.event(&id).await?.ok_or(Problem::EventNotFound)?;
    let found = event
        .addons
        .iter()
        .find(|addon| addon.key == key)
        .ok_or(MISSING)?;
    Ok(ok(EventAddonBody::new(found, cloud.now())))
}

/// Creates or replaces an add-on of an event; repeating it changes nothing
#[utoipa::path(put, path = "/admin/events/{eventId}/addons/{key}", request_body = EventAddonInput,
    responses((status = 200, body = EventAddonBody<'_>), Changes))]
async fn put_event_addon(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let event = event_id(request)?;
    let key: AddonKey = new_id(request, "key")?;
    let input: EventAddonInput = json_body(request)?;
    let saved = save(cloud, &actor(request)?, &event, input.into_addon(key)).await?;
    Ok(ok(EventAddonBody::new(&saved.value, cloud.now())))
}

/// Removes an add-on from an event
#[utoipa::path(delete, path = "/admin/events/{eventId}/addons/{key}", responses((status = 204), Changes))]
async fn delete_event_addon(cloud: &Cloud, request: &Request) -> Result<Answer, Problem> {
    let event = event(cloud, request).await?;
    let key: AddonKey = path_id(request, "key", MISSING)?;
    let deed = actor(request)?.did(Action::EventAddonRemoved);
    let deed = deed.of(&event.tenant_id).at(&event.id).to(&key);
    let found = cloud.remove_event_addon(&event.id, &key, &deed).await;
    removed(found.map_err(|error| unsaved(error, WHAT))?, MISSING)?;
    Ok(no_content())
}

fn event_id(request: &Request) -> Result<EventId, Problem> {
    path_id(request, "eventId", Problem::EventNotFound)
}

async fn event(cloud: &Cloud, request: &Request) -> Result<Event, Problem> {
    cloud
        .event(&event_id(request)?)
        .await?
        .ok_or(Problem::EventNotFound)
}

/// Records how far the purchase of an add-on has come.
///
/// # Errors
/// There is no such event, or the catalogue holds no valid price; cancelling needs none.
pub async fn save(cloud: &Cloud, by: &Actor, id: &EventId, addon: Addon) -> Result<Saved<Addon>, Problem> {
    let (event, offer) = futures::try_join!(cloud.event(id), cloud.catalog_addon(&addon.key))?;
    let event = event.ok_or(Problem::EventNotFound)?;
    let is_sold = offer.is_some_and(|offer| offer.is_purchasable());
    if !is_sold && addon.status != AddonStatus::Cancelled {
        return Err(Problem::AddonNotPurchasable);
    }
    let before = event.addons.iter().find(|has| has.key == addon.key);
    let outcome = Outcome::of(before, &addon);
    if outcome != Outcome::Unchanged {
        let deed = by.did(Action::EventAddonChanged);
        let deed = deed.of(&event.tenant_id).at(id).to(&addon.key);
        let saved = cloud.save_event_addon(id, &addon, &deed).await;
        if !saved.map_err(|error| unsaved(error, WHAT))? {
            return Err(Problem::EventNotFound);
        }
    }
    Ok(Saved {
        value: addon,
        outcome,
    })
}

impl EventAddonInput {
    /// The add-on of this key.
    pub fn into_addon(self, key: AddonKey) -> Addon {
        Addon {
            key,
            status: match self.status {
                PurchaseStatus::Pending => AddonStatus::Pending,
                PurchaseStatus::Completed => AddonStatus::Completed,
                PurchaseStatus::Cancelled => AddonStatus::Cancelled,
            },
            expires_at: self.expires_at,
        }
    }
}

impl<'a> EventAddonBody<'a> {
    pub(crate) fn new(addon: &'a Addon, now: Timestamp) -> Self {
        Self {
            key: &addon.key,
            status: addon.status,
            expires_at: addon.expires_at,
            active: addon.is_active(now),
        }
    }
}
