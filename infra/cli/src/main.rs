//! `magic-edits`: the operator's command line.

mod catalog;
mod commands;
mod dead_letters;
mod invoke;
mod local;
mod operator;
mod output;
mod preflight;
mod problem;
mod site;
mod target;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::output::{CommandResult, Output, Verdict};
use crate::target::TargetArgs;

/// Operate AI Magic Edits: catalogue, events, settings, recovery, and the local stack.
///
/// Commands act on the CloudFormation stack of --stack (or MAGIC_EDITS_STACK) with the usual AWS credentials, or with
/// --local on the stack that `make up` started.
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

Exit codes: 0 done; 1 failed, or a check found a problem; 2 wrong usage.
Piped output is tab-separated and has no headings. NO_COLOR=1 switches colours off.";

#[derive(Subcommand)]
enum Command {
    /// Show who changed what
    Audit(commands::audit::AuditCommand),
    /// Create or update packages, add-ons, styles, tenants and events from one file
    #[command(subcommand)]
    Catalog(commands::catalog::CatalogCommand),
    /// List events, sum one up, take its pictures home, and make links for its guests
    #[command(subcommand)]
    Event(commands::event::EventCommand),
    /// Run every check of the go-live list, and show the command that fixes a failed one
    Preflight(commands::preflight::PreflightCommand),
    /// Delete edits, pictures and ledger entries past their retention
    Prune(commands::prune::PruneCommand),
    /// Show and change runtime settings; a change takes effect within 3 seconds, without a deploy
    #[command(subcommand)]
    Settings(commands::settings::SettingsCommand),
    /// Publish the pages
    #[command(subcommand)]
    Site(commands::site::SiteCommand),
    /// List styles, or create and update them from a file
    #[command(subcommand)]
    Styles(commands::styles::StylesCommand),
    /// Print an ID token of a user of the pool, for scripts on local and dev stages
    Token(commands::token::TokenCommand),
    /// Show what a tenant's month cost, by event and style
    Usage(commands::usage::UsageCommand),
    /// Show a live view of an event
    Watch(commands::watch::WatchCommand),
    /// Find edits that make no progress, and requeue or fail them
    RecoverStuck(commands::recover_stuck::RecoverStuckCommand),
    /// Send the edits that `queue_auto_dispatch=false` holds back
    Dispatch(commands::dispatch::DispatchCommand),
    /// Store a copy of finished pictures that have none
    BackfillStorage(commands::backfill_storage::BackfillStorageCommand),
    /// Inspect the dead-letter queues, and send their messages back
    #[command(subcommand)]
    Dlq(commands::dlq::DlqCommand),
    /// Show, pin and reset the providers' circuit breakers
    #[command(subcommand)]
    Breaker(commands::breaker::BreakerCommand),
    /// Run the local stack: `magic-edits local up`, `run`, `stop`, `status`, `token --tenant ID`, …
    Local {
        /// The command and its arguments, as `make help` lists them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        arguments: Vec<String>,
    },
    /// Print completions for a shell, to be sourced or installed
    Completions(commands::completions::CompletionsCommand),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(said) => return output::report_usage(&said),
    };
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
        Command::Audit(command) => command.run(cloud, output).await,
        Command::Catalog(command) => command.run(cloud, output).await,
        Command::Event(command) => command.run(cloud, output).await,
        Command::Preflight(command) => command.run(&target, output).await,
        Command::Prune(command) => command.run(&target, output).await,
        Command::Settings(command) => command.run(cloud, output).await,
        Command::Site(command) => command.run(&target, output).await,
        Command::Styles(command) => command.run(cloud, output).await,
        Command::Token(command) => command.run(&target, output).await,
        Command::Usage(command) => command.run(cloud, output).await,
        Command::Watch(command) => command.run(cloud, output).await,
        Command::RecoverStuck(command) => command.run(&target, output).await,
        Command::Dispatch(command) => command.run(&target, output).await,
        Command::BackfillStorage(command) => command.run(&target, output).await,
        Command::Dlq(command) => command.run(&target, output).await,
        Command::Breaker(command) => command.run(cloud, output).await,
        // `main` and the lines above have run these, which act on no stack.
        Command::Local { .. } | Command::Completions(_) => Ok(Verdict::Done),
    }
}
