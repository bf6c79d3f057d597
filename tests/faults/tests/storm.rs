//! `make test-faults`: exit code 0 when every promise was kept.

// Its purpose is to print.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, ValueEnum};
use domain::ProviderName;
use fault_suite::audit::Check;
use fault_suite::plan::Plan;
use fault_suite::proxy::Proxy;
use fault_suite::storm::Wanted;
use fault_suite::{audit, outage, report, storm};
use world::Place;
use world::deployed::logs;

/// Takes edits through a storm of faults, and through outages of their provider.
#[derive(Parser)]
#[command(name = "make test-faults")]
struct Arguments {
    /// Edits in the storm; a fifth of them in each outage
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    edits: u32,
    /// The share of calls that go wrong, from 0 to 0.5
    #[arg(long, default_value_t = 0.2)]
    rate: f64,
    /// The dice's seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One part of the suite alone
    #[arg(long)]
    only: Option<Part>,
    /// The port at which the functions expect AWS
    #[arg(long, env = "MAGIC_EDITS_PROXY_PORT", hide = true)]
    proxy_port: u16,
}

/// A part of the suite.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Everything goes wrong
    Storm,
    /// The provider is down, another takes over
    Takeover,
    /// The provider is down, and there is no other
    Outage,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if !(0.0..=0.5).contains(&arguments.rate) {
        println!("--rate {} is not between 0 and 0.5", arguments.rate);
        return ExitCode::from(2);
    }
    let place = Place::deployed().await;
    let began = logs::now_ms(&place);
    let plan = Arc::new(Plan::new(arguments.seed, arguments.rate, arguments.edits));
    let proxy = Proxy::of_aws(
        arguments.proxy_port,
        &place.stack().described.endpoint_url,
        &plan,
        &place.stack().http,
    )
    .await;
    let mut checks = Vec::new();
    for part in [Part::Storm, Part::Takeover, Part::Outage] {
        if arguments.only.is_none_or(|only| only == part) {
            checks.extend(match part {
                Part::Storm => through_the_storm(&place, &plan, &arguments).await,
                Part::Takeover => through_an_outage(&place, &arguments, Some(ProviderName::Fal)).await,
                Part::Outage => through_an_outage(&place, &arguments, None).await,
            });
        }
    }
    checks.extend(at_all_times(&place, &proxy, began).await);
    let broken = checks.iter().filter(|check| !check.is_kept).count();
    println!("{} promises, {broken} broken", checks.len());
    match broken {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// The promises of every part.
async fn at_all_times(place: &Place, proxy: &Proxy, since_ms: i64) -> Vec<Check> {
    let mut checks = Vec::from(proxy.messages().checks());
    // Functions log most in a storm.
    let leaks = logs::leaks(place, since_ms).await;
    checks.push(audit::equal("lines in logs that know a secret", 0, leaks.len()));
    println!("{}", report::checks("at all times", &checks));
    checks
}

async fn through_the_storm(place: &Place, plan: &Arc<Plan>, arguments: &Arguments) -> Vec<Check> {
    let wanted = Wanted {
        edits: arguments.edits,
        rate: arguments.rate,
        seed: arguments.seed,
    };
    let after = storm::run(place, plan, wanted).await;
    let mut audit = audit::audit(place, &after.ground).await;
    audit.checks.push(plan.check());
    print!("{}", report::storm(wanted, &plan.tally(), &after));
    println!("{}", report::audit(&audit));
    audit.checks
}

async fn through_an_outage(
    place: &Place,
    arguments: &Arguments,
    fallback: Option<ProviderName>,
) -> Vec<Check> {
    let edits = (arguments.edits / 5).max(10);
    let outage = outage::run(place, edits, fallback).await;
    let title = match fallback {
        Some(other) => format!("runware down, {other} takes over: {edits} edits"),
        None => format!("runware down, nobody takes over: {edits} edits"),
    };
    print!("{}", report::checks(&title, &outage.checks));
    println!("{}", report::audit(&outage.audit));
    outage.checks.into_iter().chain(outage.audit.checks).collect()
}
