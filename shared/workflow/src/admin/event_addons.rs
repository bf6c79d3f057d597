//! Add-ons of an event: bought, being bought, or cancelled.

use cloud::Cloud;
use domain::event::{Addon, AddonStatus};
use domain::{AddonKey, Event, EventId, Problem};

use super::{Outcome, Saved, removed, unsaved};

const WHAT: &str = "add-on of this event";

async fn event(cloud: &Cloud, id: &EventId) -> Result<Event, Problem> {
    cloud.event(id).await?.ok_or(Problem::EventNotFound)
}

/// An event's add-ons; there are never more than a few.
///
/// # Errors
/// There is no such event.
pub async fn list_event_addons(cloud: &Cloud, id: &EventId) -> Result<Vec<Addon>, Problem> {
    Ok(event(cloud, id).await?.addons)
}

/// An add-on of an event.
///
/// # Errors
/// There is no such event, or it has no such add-on.
pub async fn get_event_addon(cloud: &Cloud, id: &EventId, key: &AddonKey) -> Result<Addon, Problem> {
    let addons = event(cloud, id).await?.addons.into_iter();
    let found = addons.into_iter().find(|addon| addon.key == *key);
    found.ok_or(Problem::NotFound(WHAT))
}

/// Records how far the purchase of an add-on has come.
///
/// # Errors
/// There is no such event, or the catalogue holds no valid price (row E4); cancelling needs none.
pub async fn put_event_addon(cloud: &Cloud, id: &EventId, addon: Addon) -> Result<Saved<Addon>, Problem> {
    let (event, offer) = futures::try_join!(cloud.event(id), cloud.catalog_addon(&addon.key))?;
    let event = event.ok_or(Problem::EventNotFound)?;
    let is_sold = offer.is_some_and(|offer| offer.is_purchasable());
    if !is_sold && addon.status != AddonStatus::Cancelled {
        return Err(Problem::AddonNotPurchasable);
    }
    let before = event.addons.iter().find(|has| has.key == addon.key);
    let outcome = Outcome::of(before, &addon);
    if outcome != Outcome::Unchanged {
        let saved = cloud.save_event_addon(id, &addon).await;
        if !saved.map_err(|error| unsaved(error, WHAT))? {
            return Err(Problem::EventNotFound);
        }
    }
    Ok(Saved {
        value: addon,
        outcome,
    })
}

/// Takes an add-on away from an event.
///
/// # Errors
/// The event has no such add-on.
pub async fn delete_event_addon(cloud: &Cloud, id: &EventId, key: &AddonKey) -> Result<(), Problem> {
    let found = cloud.remove_event_addon(id, key).await;
    removed(found.map_err(|error| unsaved(error, WHAT))?, WHAT)
}
