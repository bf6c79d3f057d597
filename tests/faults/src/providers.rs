//! The providers, misbehaving.

use std::time::Duration;

use doubles::runware::{Behaviour, Ending, ErrorShape, Fault, Faults, Output};
use doubles::{fal, runware};

/// The models that the suite's styles run on.
pub const RUNWARE_MODEL: &str = "google:4@1";

/// Longer than the suite lets functions wait for a provider's answer.
const SILENCE: Duration = Duration::from_secs(3);

/// Both providers, on loopback.
pub struct Providers {
    /// The first one.
    pub runware: runware::Server,
    /// The one that takes over.
    pub fal: fal::Server,
}

impl Providers {
    /// Every new task of Runware takes the next of these turns: at this share of them something goes wrong. fal is
    /// well: it is where people go when things go wrong.
    pub async fn start(seed: u64, rate: f64, tasks: u32) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed ^ 0x5eed);
        let turns: Vec<_> = (0..tasks).map(|_| turn(&mut dice, rate)).collect();
        let runware = runware::Server::start(Behaviour::default()).await;
        runware.when_model_in_turn(RUNWARE_MODEL, turns.into_iter().chain([Behaviour::default()]));
        Self {
            runware,
            fal: fal::Server::start(fal::Behaviour::default()).await,
        }
    }

    /// What both together have billed, in micro-USD.
    pub fn billed_micro_usd(&self) -> i64 {
        self.runware.billed_micro_usd() + self.fal.billed_micro_usd()
    }
}

fn turn(dice: &mut fastrand::Rng, rate: f64) -> Behaviour {
    let well = Behaviour::default().processing(dice.u32(0..=2));
    if dice.f64() >= rate {
        return well;
    }
    match dice.u32(0..10) {
        0..=3 => Behaviour {
            submit: Faults::once(submit_fault(dice)),
            ..well
        },
        4..=6 => {
            let faults: Vec<_> = (0..dice.usize(1..=3)).map(|_| Some(poll_fault(dice))).collect();
            Behaviour {
                poll: Faults::in_turn(faults),
                ..well
            }
        }
        7 | 8 => Behaviour {
            ending: ending(dice),
            ..well
        },
        _ => flawed(dice, well),
    }
}

fn submit_fault(dice: &mut fastrand::Rng) -> Fault {
    one_of(
        dice,
        [
            Fault::error(503, "serviceUnavailable"),
            Fault::rate_limited(1),
            Fault::html(502),
            Fault::html(504).but_carried_out(),
            Fault::error(500, "internalServerError").but_carried_out(),
            Fault::empty_data().but_carried_out(),
            Fault::ResetBefore,
            Fault::ResetAfter,
            Fault::CutOff,
            Fault::Slow(SILENCE),
        ],
    )
}

fn poll_fault(dice: &mut fastrand::Rng) -> Fault {
    one_of(
        dice,
        [
            Fault::error_without_task(500, "internalServerError"),
            Fault::rate_limited(1),
            Fault::html(502),
            Fault::html(200),
            Fault::empty_data(),
            Fault::another_tasks_result(),
            Fault::status("somethingNew"),
            Fault::ResetBefore,
            Fault::ResetAfter,
            Fault::CutOff,
            Fault::Slow(SILENCE),
        ],
    )
}

fn ending(dice: &mut fastrand::Rng) -> Ending {
    let shapes = [
        ErrorShape::Errors,
        ErrorShape::Item,
        ErrorShape::Flat,
        ErrorShape::Bare,
    ];
    let code = one_of(
        dice,
        ["providerTimeout", "inferenceError", "contentPolicyViolation"],
    );
    Behaviour::failing(code, one_of(dice, shapes)).ending
}

/// Accepted and billed, and yet nothing that a guest can have.
fn flawed(dice: &mut fastrand::Rng, well: Behaviour) -> Behaviour {
    match dice.u32(0..4) {
        0 => Behaviour { nsfw: true, ..well },
        1 => Behaviour {
            output: Output::HalfFile,
            ..well
        },
        2 => Behaviour {
            output: Output::NotAnImage,
            ..well
        },
        _ => Behaviour {
            output: Output::Status(404),
            ..well
        },
    }
}

fn one_of<T, const N: usize>(dice: &mut fastrand::Rng, choices: [T; N]) -> T {
    let index = dice.usize(0..N);
    choices.into_iter().nth(index).unwrap()
}
