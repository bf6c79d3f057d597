//! `make test-faults`: exit code 0 when every promise was kept.

// It is there to print.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use clap::Parser;
use fault_suite::storm::Wanted;
use fault_suite::{audit, report, storm};
use stack_tests::Stack;

/// Takes edits through a storm of faults.
#[derive(Parser)]
#[command(name = "make test-faults")]
struct Arguments {
    /// Edits
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    edits: u32,
    /// The share of calls that go wrong, from 0 to 0.5
    #[arg(long, default_value_t = 0.2)]
    rate: f64,
    /// The dice's seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The port at which the functions expect AWS
    #[arg(long, env = "MAGIC_EDITS_PROXY_PORT", hide = true)]
    proxy_port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments {
        edits,
        rate,
        seed,
        proxy_port,
    } = Arguments::parse();
    if !(0.0..=0.5).contains(&rate) {
        println!("--rate {rate} is not between 0 and 0.5");
        return ExitCode::from(2);
    }
    let wanted = Wanted {
        edits,
        rate,
        seed,
        proxy_port,
    };
    let stack = Stack::connect().await;
    let after = storm::run(&stack, wanted).await;
    let audit = audit::audit(&stack, &after).await;
    println!("{}", report::report(wanted, &after, &audit));
    match audit.checks.iter().all(|check| check.is_kept) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
