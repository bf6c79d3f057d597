//! The first provider is down until the deadlines of all edits have passed: with a fallback, and without one.

use std::time::{Duration, Instant};

use domain::edit::FALLBACK_PATIENCE;
use domain::{Edit, ProviderName, Status};
use doubles::runware::Behaviour;
use doubles::{fal, runware};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use world::deployed::logs;
use world::{Place, World};

use crate::audit::{Audit, Check, Ground, audit, edits_of, equal};
use crate::providers::{Providers, RUNWARE_MODEL, down, fal_is_well, go_live};
use crate::storm::{admit, world};

/// An edit may end this long after its deadline: it waits behind a provider that is down, on a slow machine.
const NOTICED: SignedDuration = SignedDuration::from_secs(45);
/// The longest wait.
const PATIENCE: Duration = Duration::from_secs(150);
/// The log message at the beginning of an outage.
const ALERT: &str = "AI provider taken out of service";

/// The result of an outage.
pub struct Outage {
    pub audit: Audit,
    /// Promises about outages.
    pub checks: Vec<Check>,
}

/// Takes this many edits through an outage of Runware, until the last one has ended. Where edits wait for nothing but their
/// deadline, the deadline is moved, so that nobody waits ten minutes.
pub async fn run(place: &Place, edits: u32, fallback: Option<ProviderName>) -> Outage {
    let providers = Providers {
        runware: runware::Server::start(Behaviour::default()).await,
        fal: fal::Server::start(fal_is_well()).await,
    };
    let ways = (0..edits.try_into().unwrap()).map(down);
    providers.runware.when_model_in_turn(RUNWARE_MODEL, ways);
    let since_ms = go_live(place, &providers.runware.base_url(), &providers.fal, fallback).await;
    let worlds = vec![world(place).await];
    let accepted = admit(&worlds, edits).await;
    let event = &worlds[0];
    until(PATIENCE, || async { is_out_of_service(place).await }).await;
    // Edits at fal have ended by then; edits at Runware wait for their deadline.
    until(PATIENCE, || async {
        waits_for_time_alone(&edits_of(event).await, fallback)
    })
    .await;
    let left = fallback.map_or(SignedDuration::from_secs(5), |_| FALLBACK_PATIENCE);
    let deadline = place.now() + left;
    until(PATIENCE, || have_ended(event, deadline)).await;

    let stored = edits_of(event).await;
    let alerts = logs::said(place, ALERT, since_ms).await;
    let ground = Ground {
        worlds,
        accepted,
        providers,
    };
    Outage {
        audit: audit(place, &ground).await,
        checks: promises(&stored, alerts, fallback),
    }
}

fn promises(edits: &[Edit], alerts: usize, fallback: Option<ProviderName>) -> Vec<Check> {
    let ended = match fallback {
        Some(_) => Status::Succeeded,
        None => Status::Failed,
    };
    let late = edits
        .iter()
        .filter(|edit| edit.completed_at.is_none_or(|at| at > edit.deadline_at + NOTICED))
        .count();
    let as_promised = edits.iter().filter(|edit| edit.status == ended).count();
    vec![
        equal("edits that ended as they should", edits.len(), as_promised),
        equal("edits that ended after their deadline", 0, late),
        equal("alerts", 1, alerts),
    ]
}

async fn is_out_of_service(place: &Place) -> bool {
    let breakers = place.cloud.breakers().await.unwrap();
    breakers.of(domain::ProviderName::Runware).outage().is_some()
}

fn waits_for_time_alone(edits: &[Edit], fallback: Option<ProviderName>) -> bool {
    let mut open = edits.iter().filter(|edit| !edit.status.is_terminal());
    match fallback {
        Some(_) => {
            open.all(|edit| edit.status == Status::Processing && edit.provider == ProviderName::Runware)
        }
        None => open.all(|edit| edit.status == Status::Queued || edit.attempt > 0),
    }
}

/// Moves the deadline of open edits, unless it is early enough: a worker may write the edit at the same moment.
async fn have_ended(event: &World, deadline: Timestamp) -> bool {
    let mut open = edits_of(event).await;
    open.retain(|edit| !edit.status.is_terminal());
    let later = open.iter().filter(|edit| edit.deadline_at > deadline);
    join_all(later.map(|edit| event.set_deadline(edit.id, deadline))).await;
    open.is_empty()
}

/// Waits, but not for ever: whatever did not happen shows in the sums.
async fn until<F: Future<Output = bool>>(patience: Duration, is_so: impl Fn() -> F) {
    let begun = Instant::now();
    while begun.elapsed() < patience && !is_so().await {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
