//! Live mode against a Runware API on loopback.

mod absence;
mod outputs;
mod provider_errors;
mod success;

use domain::EditId;
use doubles::runware::Behaviour;
use futures::future::join_all;
use world::{Live, World};

/// Takes an edit for each list of behaviours (one behaviour an attempt) to its end, all of them in parallel.
async fn take_all<const N: usize>(
    live: &Live,
    world: &World,
    behaviours: [Vec<Behaviour>; N],
) -> [EditId; N] {
    let photo = world.photo("cat.jpg").await;
    let starts = behaviours
        .into_iter()
        .map(|attempts| live.start(world, photo, attempts));
    let ids = join_all(starts).await;
    join_all(ids.iter().map(|id| world.guest.wait(*id))).await;
    ids.try_into().unwrap()
}
