//! A guest asks what is possible at the event.

use cloud::Cloud;
use domain::event::EventPolicy;
use domain::guard::{self, Audience, Refusal, policy};
use domain::scope::GuestCaller;
use domain::{Event, Problem, Settings};
use jiff::Timestamp;

use crate::guest::{grant, settings};

/// An event as its guests see it.
#[derive(Debug, Clone)]
pub struct EventAnswer {
    /// Its name.
    pub name: String,
    /// The refusal that any edit would meet now, whatever it asks for; `None` where edits are possible.
    pub obstacle: Option<Problem>,
    /// What the organiser allows.
    pub policy: EventPolicy,
}

/// Says what is possible, and if nothing is, why. Unlike every other request of a guest it is answered also while
/// the feature is switched off: somebody has to tell the guest.
///
/// # Errors
/// An unknown token.
pub async fn get_event(cloud: &Cloud, caller: GuestCaller<'_>) -> Result<EventAnswer, Problem> {
    // Settings that could never be read switch the feature off; the event can be told all the same.
    let (settings, event) = futures::join!(settings(cloud), async {
        let grant = grant(cloud, caller).await?;
        cloud.event(&grant.event_id).await?.ok_or(Problem::EventNotFound)
    });
    let event = event?;
    let obstacle = match settings {
        Ok(settings) => obstacle(&settings, &event, cloud.now()).err().map(Problem::from),
        Err(problem) => Some(problem),
    };
    Ok(EventAnswer {
        name: event.name,
        obstacle,
        policy: event.policy,
    })
}

/// Layers 1 to 3, as far as they do not depend on what is asked for.
fn obstacle(settings: &Settings, event: &Event, now: Timestamp) -> Result<(), Refusal> {
    guard::enabled::check(settings, Audience::Guest)?;
    guard::entitlement::check(event, now)?;
    policy::check_enabled(&event.policy)
}
