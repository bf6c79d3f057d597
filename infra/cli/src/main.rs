//! `magic-edits`: the operator's command line.

mod catalog;
mod commands;
mod dead_letters;
mod invoke;
mod local;
mod output;
mod preflight;
mod problem;
mod target;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::output::{CommandResult, Output, Verdict};
use crate::target::TargetArgs;

/// Runs AI Magic Edits: catalogue, event links, settings, and the local stack.
///
/// It acts on the CloudFormation stack of --stack (or MAGIC_EDITS_STACK), with the usual AWS credentials, or with --local
/// on the one that `make up` started.
#[derive(Parser)]
#[command(version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    target: TargetArgs,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  magic-edits --local settings list
  magic-edits --stack magic-edits-prod settings set is_enabled false
  magic-edits --stack magic-edits-prod catalog apply my-catalogue.yaml

Exit codes: 0 done; 1 failed, or a check found something; 2 wrong usage.
Output that is piped is tab-separated, without headings; NO_COLOR=1 switches colours off.";

#[derive(Subcommand)]
enum Command {
    /// Packages, add-ons, styles, tenants and events from one file
    #[command(subcommand)]
    Catalog(commands::catalog::CatalogCommand),
    /// Events and the links of their guests
    #[command(subcommand)]
    Event(commands::event::EventCommand),
    /// Look at every line of the go-live list, and say what mends those that do not hold
    Preflight(commands::preflight::PreflightCommand),
    /// Take away edits, pictures and ledger entries that have had their time
    Prune(commands::prune::PruneCommand),
    /// Runtime settings; they take effect within 30 seconds, without a deploy
    #[command(subcommand)]
    Settings(commands::settings::SettingsCommand),
    /// Styles
    #[command(subcommand)]
    Styles(commands::styles::StylesCommand),
    /// A live view of an event
    Watch(commands::watch::WatchCommand),
    /// Look after edits that do not move
    RecoverStuck(commands::recover_stuck::RecoverStuckCommand),
    /// Send the edits that `queue_auto_dispatch=false` held back
    Dispatch(commands::dispatch::DispatchCommand),
    /// Store pictures that have no stored copy
    BackfillStorage(commands::backfill_storage::BackfillStorageCommand),
    /// Messages that the workers gave up on
    #[command(subcommand)]
    Dlq(commands::dlq::DlqCommand),
    /// The providers' circuit breakers
    #[command(subcommand)]
    Breaker(commands::breaker::BreakerCommand),
    /// The local stack: `magic-edits local up`, `run`, `stop`, `status`, `token --tenant ID`, …
    Local {
        /// What to do, as `make help` lists it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        arguments: Vec<String>,
    },
    /// Print the completions of a shell, to be sourced or installed
    Completions(commands::completions::CompletionsCommand),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    if let Command::Local { arguments } = &cli.command {
        return local::run(arguments).unwrap_or_else(|error| output::report(output, Err(error.into())));
    }
    output::report(output, run(cli, output).await)
}

async fn run(cli: Cli, output: Output) -> CommandResult {
    if let Command::Completions(command) = &cli.command {
        return command.run::<Cli>();
    }
    let target = cli.target.reach().await?;
    let cloud = &target.cloud;
    match cli.command {
        Command::Catalog(command) => command.run(cloud, output).await,
        Command::Event(command) => command.run(cloud, output).await,
        Command::Preflight(command) => command.run(&target, output).await,
        Command::Prune(command) => command.run(&target, output).await,
        Command::Settings(command) => command.run(cloud, output).await,
        Command::Styles(command) => command.run(cloud, output).await,
        Command::Watch(command) => command.run(cloud, output).await,
        Command::RecoverStuck(command) => command.run(&target, output).await,
        Command::Dispatch(command) => command.run(&target, output).await,
        Command::BackfillStorage(command) => command.run(&target, output).await,
        Command::Dlq(command) => command.run(&target, output).await,
        Command::Breaker(command) => command.run(cloud, output).await,
        // Dealt with above: they act on no stack.
        Command::Local { .. } | Command::Completions(_) => Ok(Verdict::Done),
    }
}
