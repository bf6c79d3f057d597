//! `magic-edits`: the operator's command line.

mod catalog;
mod commands;
mod local;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cloud::Cloud;

use crate::output::Output;

/// Runs AI Magic Edits: catalogue, event links, settings, and the local stack.
///
/// It acts on the stack that the environment names (TABLE_NAME, BUCKET_NAME, SETTINGS_PATH, SECRETS_PATH,
/// SUBMIT_QUEUE_URL, POLL_QUEUE_URL and the usual AWS_ variables), or with --local on the one that `make up` started.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    json: bool,
    /// Act on the local stack that `make up` started (reads .local/stack.json)
    #[arg(long, global = true)]
    local: bool,
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
    let config = if cli.local {
        local::config()?
    } else {
        cloud::Config::from_env()?
    };
    let cloud = match cli.local {
        true => Cloud::local(config, &local::endpoint()?).await,
        false => Cloud::new(config).await,
    };
    match cli.command {
        Command::Catalog(command) => command.run(&cloud, output).await?,
        Command::Event(command) => command.run(&cloud, output).await?,
        Command::Settings(command) => command.run(&cloud, output).await?,
        Command::Local { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}
