//! `magic-edits`: the operator's command line.

mod catalog;
mod commands;
mod local;
mod output;
mod target;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::output::Output;
use crate::target::TargetArgs;

/// Runs AI Magic Edits: catalogue, event links, settings, and the local stack.
///
/// It acts on the CloudFormation stack of --stack (or MAGIC_EDITS_STACK), with the usual AWS credentials, or with --local
/// on the one that `make up` started.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    target: TargetArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Packages, styles, tenants and events from one file
    #[command(subcommand)]
    Catalog(commands::catalog::CatalogCommand),
    /// Events and the links of their guests
    #[command(subcommand)]
    Event(commands::event::EventCommand),
    /// Runtime settings; they take effect within 30 seconds, without a deploy
    #[command(subcommand)]
    Settings(commands::settings::SettingsCommand),
    /// The local stack: `magic-edits local up`, `run`, `stop`, `status`, `token --tenant ID`, …
    Local {
        /// What to do, as `make help` lists it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        arguments: Vec<String>,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output { json: cli.json };
    match run(cli, output).await {
        Ok(code) => code,
        Err(error) => {
            output.error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli, output: Output) -> Result<ExitCode, Box<dyn std::error::Error>> {
    if let Command::Local { arguments } = cli.command {
        return Ok(local::run(&arguments)?);
    }
    let target = cli.target.reach().await?;
    let cloud = &target.cloud;
    match cli.command {
        Command::Catalog(command) => command.run(cloud, output).await?,
        Command::Event(command) => command.run(cloud, output).await?,
        Command::Settings(command) => command.run(cloud, output).await?,
        Command::Local { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}
