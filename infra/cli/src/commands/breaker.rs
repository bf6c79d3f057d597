//! `magic-edits breaker`

use clap::Subcommand;
use cloud::Cloud;
use domain::ProviderName;
use domain::breaker::{Breaker, BreakerState, Pin};
use serde_json::{Value, json};

use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};

/// Tries to write an item that all workers write too.
const TRIES: usize = 10;

/// Show, pin and reset the providers' circuit breakers.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum BreakerCommand {
    /// List the state of every breaker
    List,
    /// Take a provider out of service, until `reset`: edits go to the fallback, or wait for their deadline
    Open {
        /// Such as `runware`
        provider: ProviderName,
    },
    /// Keep a provider in service whatever happens, until `reset`
    Close {
        /// Such as `runware`
        provider: ProviderName,
    },
    /// Remove the pin and the history, so that the breaker decides by itself again
    Reset {
        /// Such as `runware`
        provider: ProviderName,
    },
}

const EXAMPLES: &str = "\
Examples:
  magic-edits --stack magic-edits-prod breaker list
  magic-edits --stack magic-edits-prod breaker open runware
  magic-edits --stack magic-edits-prod breaker reset runware";

impl BreakerCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        match self {
            Self::List => list(cloud, output).await,
            Self::Open { provider } => pin(cloud, output, provider, Some(Pin::Open)).await,
            Self::Close { provider } => pin(cloud, output, provider, Some(Pin::Closed)).await,
            Self::Reset { provider } => pin(cloud, output, provider, None).await,
        }
    }
}

async fn list(cloud: &Cloud, output: Output) -> CommandResult {
    let breakers = cloud.breakers().await?;
    let mut table = Table::new(["provider", "breaker", "since", "why"], "");
    let mut values = Vec::new();
    for provider in ProviderName::ALL.iter().copied() {
        let breaker = breakers.of(provider);
        let (tone, state) = state_of(breaker);
        let (why, since) = match breaker.outage() {
            Some((reason, since)) => (
                reason.as_str(),
                since.map_or_else(String::new, |since| since.to_string()),
            ),
            None => ("", String::new()),
        };
        table.row([
            provider.into(),
            Cell::new(tone, state),
            since.as_str().into(),
            why.into(),
        ]);
        values.push(json_of(provider, breaker));
    }
    output.table(values, &table)?;
    Ok(Verdict::Done)
}

/// The workers write the breaker as well. A pin overrules them.
async fn pin(cloud: &Cloud, output: Output, provider: ProviderName, pin: Option<Pin>) -> CommandResult {
    for _ in 0..TRIES {
        let next = cloud.breakers().await?.of(provider).pinned(pin);
        if cloud.save_breaker(provider, &next).await? {
            let text = format!("{provider}: {}", state_of(&next).1);
            output.result(json_of(provider, &next), &text)?;
            return Ok(Verdict::Done);
        }
    }
    Err("the workers keep changing the breaker: try again".into())
}

const fn state_of(breaker: &Breaker) -> (Tone, &'static str) {
    match (breaker.pinned, breaker.state) {
        (Some(Pin::Open), _) => (Tone::Bad, "open, pinned"),
        (Some(Pin::Closed), _) => (Tone::Warning, "closed, pinned"),
        (None, BreakerState::Closed { .. }) => (Tone::Good, "closed"),
        (None, BreakerState::Open { .. }) => (Tone::Bad, "open"),
        (None, BreakerState::HalfOpen { .. }) => (Tone::Warning, "half-open"),
    }
}

fn json_of(provider: ProviderName, breaker: &Breaker) -> Value {
    json!({ "provider": provider, "pinned": breaker.pinned, "state": breaker.state })
}
