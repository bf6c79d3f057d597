//! Providers that misbehave.

use std::time::Duration;

use domain::settings::setting;
use domain::{Edit, ProviderName};
use doubles::fal::RequestRecord;
use doubles::runware::{Behaviour, Ending, ErrorShape, Fault, Faults, Output, Webhook};
use doubles::{fal, runware};
use serde_json::json;
use world::Place;
use world::deployed::logs;
use world::styles::COST;

/// The models of the suite's styles.
pub const RUNWARE_MODEL: &str = "google:4@1";

/// Longer than the timeout of the suite's functions for a provider's answer.
const SILENCE: Duration = Duration::from_secs(3);

/// Sends edits to these addresses at once, and sets the address of webhooks.
///
/// Returns the moment before both were put into service, in milliseconds since 1970: what an earlier outage left under way
/// can take them out of service again at any time after it.
pub async fn go_live(place: &Place, runware: &str, fal: &fal::Server, fallback: Option<ProviderName>) -> i64 {
    let fallback = fallback.map_or("none", ProviderName::as_str);
    let changes = [
        (setting!(runware_mode), "live"),
        (setting!(runware_base_url), runware),
        (setting!(runware_timeout_seconds), "2"),
        (setting!(fal_mode), "live"),
        (setting!(fal_base_url), &fal.base_url()),
        (setting!(fal_timeout_seconds), "2"),
        (setting!(fal_jwks_url), &fal.jwks_url()),
        (setting!(webhook_base_url), &place.stack().described.api_url),
        (setting!(fallback_provider), fallback),
        (setting!(queue_auto_dispatch), "true"),
        // One guest asks for all edits of its event. The limits are in force, so that a wrong count shows.
        (setting!(edits_per_guest_and_hour), "100000"),
        (setting!(edits_per_event_and_hour), "100000"),
    ];
    for (setting, text) in changes {
        place.cloud.put_setting(setting, text).await.unwrap();
    }
    place.cloud.copy_settings().await.unwrap();
    let keys = [
        (ProviderName::Runware, runware::API_KEY),
        (ProviderName::Fal, fal::API_KEY),
    ];
    let since_ms = logs::now_ms(place);
    for (provider, key) in keys {
        logs::keep_out(key);
        place.cloud.put_api_key(provider, key).await.unwrap();
        begin_anew(place, provider).await;
    }
    // The local stage keeps settings for a second.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    since_ms
}

/// Puts the provider into service, whatever happened before.
async fn begin_anew(place: &Place, provider: ProviderName) {
    loop {
        let breakers = place.cloud.breakers().await.unwrap();
        let next = breakers.of(provider).pinned(None);
        if place.cloud.save_breaker(provider, &next).await.unwrap() {
            return;
        }
    }
}

/// Both doubles.
pub struct Providers {
    pub runware: runware::Server,
    /// The fallback.
    pub fal: fal::Server,
}

/// fal succeeds, at the price of the counterpart of [`RUNWARE_MODEL`].
pub fn fal_is_well() -> fal::Behaviour {
    fal::Behaviour {
        billed_micro_usd: 39_000,
        webhook: Some(Webhook::after(Duration::from_secs(2))),
        ..fal::Behaviour::default()
    }
}

/// Each result once that lacks something or names an odd price. What the books are to say of it is what the double bills.
fn odd_results() -> Vec<Behaviour> {
    let well = || Behaviour::default().processing(1);
    let no_address = "file:///etc/passwd".to_owned();
    let mut odd: Vec<_> = [
        Output::Missing,
        Output::Elsewhere(no_address),
        Output::Base64,
        Output::DataUri,
        Output::CutOff,
    ]
    .map(|output| Behaviour { output, ..well() })
    .into();
    odd.push(Behaviour {
        output: Output::Missing,
        nsfw: true,
        ..well()
    });
    odd.push(Behaviour {
        charges_failure: true,
        ..Behaviour::failing("inferenceError", ErrorShape::Item)
    });
    // The estimate is booked in the place of an absurd cost, and of one that is missing.
    for cost in [Some(json!(39)), Some(json!(1e300)), Some(json!(-0.039)), None] {
        odd.push(Behaviour {
            cost,
            billed_micro_usd: COST,
            ..well()
        });
    }
    odd
}

/// The same at fal, where the counterpart's list price is the estimate.
fn odd_results_of_fal() -> Vec<fal::Behaviour> {
    let no_picture = fal::Behaviour {
        output: Output::Missing,
        ..fal_is_well()
    };
    let withheld = fal::Behaviour {
        nsfw: true,
        ..no_picture.clone()
    };
    let inside = fal::Behaviour {
        output: Output::DataUri,
        ..fal_is_well()
    };
    let absurd = fal::Behaviour {
        units: Some("1000".to_owned()),
        ..fal_is_well()
    };
    let refused = fal::Behaviour {
        result: Faults::always(Fault::html(422)),
        billed_micro_usd: 0,
        ..fal_is_well()
    };
    vec![no_picture, withheld, inside, absurd, refused]
}

/// The bills of the providers.
pub struct Billed {
    /// For tasks with a known name.
    pub named: i64,
    /// For tasks whose names were lost.
    pub nameless: i64,
    /// The number of tasks whose names were lost.
    pub nameless_requests: usize,
}

impl Providers {
    /// Every new task of Runware takes the next of these turns: first each odd result once, then dice, and this share of
    /// them is faulty. fal is the fallback; its first requests have each odd result once, and then it is well.
    pub async fn start(seed: u64, rate: f64, tasks: u32) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed ^ 0x5eed);
        let oddities = if rate > 0.0 { odd_results() } else { Vec::new() };
        let turns: Vec<_> = (0..tasks).map(|_| turn(&mut dice, rate)).collect();
        let turns = oddities.into_iter().chain(turns);
        let runware = runware::Server::start(Behaviour::default()).await;
        runware.when_model_in_turn(RUNWARE_MODEL, turns.chain([Behaviour::default()]));
        let fal = fal::Server::start(fal_is_well()).await;
        if rate > 0.0 {
            // Every prompt has these words.
            fal.when_prompt("", odd_results_of_fal().into_iter().chain([fal_is_well()]));
        }
        Self { runware, fal }
    }

    /// The bills of both in micro-USD, with the part for requests of fal whose names were lost: fal chooses the name, and
    /// only the answer to the submit holds it.
    pub fn billed_micro_usd(&self, edits: &[Edit]) -> Billed {
        let handles: Vec<_> = edits
            .iter()
            .flat_map(|edit| &edit.attempts)
            .filter_map(|attempt| attempt.handle.as_deref())
            .collect();
        let (named, nameless): (Vec<_>, Vec<_>) = self
            .fal
            .requests()
            .into_iter()
            .partition(|request| handles.iter().any(|handle| handle.ends_with(&request.id)));
        let sum = |requests: &[RequestRecord]| {
            requests
                .iter()
                .map(|request| request.billed_micro_usd)
                .sum::<i64>()
        };
        Billed {
            named: self.runware.billed_micro_usd() + sum(&named),
            nameless: sum(&nameless),
            nameless_requests: nameless.len(),
        }
    }
}

/// A task that fails in one of the ways of a service that is down.
pub fn down(way: usize) -> Behaviour {
    let ways = [
        Fault::html(503),
        Fault::ResetBefore,
        Fault::error(503, "serviceUnavailable"),
        Fault::html(502),
    ];
    let fault = ways.into_iter().cycle().nth(way).unwrap();
    Behaviour {
        submit: Faults::always(fault.clone()),
        poll: Faults::always(fault.clone()),
        lookup: Faults::always(fault),
        ..Behaviour::default()
    }
}

fn turn(dice: &mut fastrand::Rng, rate: f64) -> Behaviour {
    let well = Behaviour {
        webhook: calls_back(dice),
        ..Behaviour::default().processing(dice.u32(0..=2))
    };
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

/// Some tasks take time and call a webhook: once, twice or never, in time or late.
fn calls_back(dice: &mut fastrand::Rng) -> Option<Webhook> {
    let late_by = one_of(dice, [Duration::ZERO, Duration::from_secs(6)]);
    let webhook = Webhook::after(Duration::from_secs(dice.u64(1..=6))).called(dice.u32(0..=2), late_by);
    (dice.f64() < 0.4).then_some(webhook)
}

fn submit_fault(dice: &mut fastrand::Rng) -> Fault {
    one_of(
        dice,
        [
            Fault::error(503, "serviceUnavailable"),
            Fault::rate_limited(1),
            Fault::html(502),
            Fault::html(504).but_carried_out(),
            Fault::html(500).but_carried_out(),
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

/// Accepted and billed tasks without a usable output, or with an absurd price.
fn flawed(dice: &mut fastrand::Rng, well: Behaviour) -> Behaviour {
    match dice.u32(0..6) {
        0 => Behaviour { nsfw: true, ..well },
        1 => Behaviour {
            output: Output::HalfFile,
            ..well
        },
        2 => Behaviour {
            output: Output::NotAnImage,
            ..well
        },
        3 => Behaviour {
            output: Output::Missing,
            ..well
        },
        4 => Behaviour {
            cost: Some(json!(39)),
            billed_micro_usd: COST,
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
