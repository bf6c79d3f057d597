//! What workers do with an edit: they claim it, and end it. Their transactions meet those of the admissions.

use std::time::Duration;

use cloud::testing::simulation::wait as sleep;
use cloud::{Cloud, MoveError};
use domain::edit::Step;
use domain::settings::ProviderMode;
use domain::{Edit, EditId, EventId, MicroUsd};
use jiff::Timestamp;
use world::styles::COST;
use world::written::{claim, success};

/// When SQS delivers a message again whose worker failed.
const AGAIN: Duration = Duration::from_secs(20);

/// Takes an edit to its end. Returns how often a worker gave its message back.
pub(crate) async fn live(cloud: &Cloud, event: &EventId, id: EditId, random: u64) -> u32 {
    let mut random = fastrand::Rng::with_seed(random);
    sleep(Duration::from_millis(random.u64(200..1_500))).await;
    let mut given_back = moved(cloud, event, id, |_| claim(ProviderMode::Fake)).await;
    sleep(Duration::from_millis(random.u64(5_000..12_000))).await;
    given_back += moved(cloud, event, id, |edit| succeeded(edit, cloud.now())).await;
    given_back
}

fn succeeded(edit: &Edit, now: Timestamp) -> Step {
    let mut step = success(edit, MicroUsd::new(COST));
    if let Step::Succeed { received_at, .. } = &mut step {
        *received_at = now;
    }
    step
}

async fn moved(cloud: &Cloud, event: &EventId, id: EditId, step: impl Fn(&Edit) -> Step) -> u32 {
    let mut given_back = 0;
    loop {
        let edit = cloud.edit(event, id).await.unwrap().expect("it was accepted");
        let Ok(made) = edit.step(step(&edit), cloud.now()) else {
            return given_back;
        };
        match cloud.apply(&made).await {
            Ok(()) => return given_back,
            Err(MoveError::Port(_)) => {
                given_back += 1;
                sleep(AGAIN).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}
