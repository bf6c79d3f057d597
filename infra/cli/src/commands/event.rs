//! `magic-edits event`

mod download;
mod links;
mod list;

use std::path::PathBuf;

use api::tenant::get_summary::{SummaryBody, summarise};
use clap::{Args, Subcommand};
use cloud::Cloud;
use domain::context::read_month;
use domain::scope::TenantCaller;
use domain::summary::{CheckStatus, Reading, Summary};
use domain::{EventId, TenantId};
use jiff::Timestamp;
use serde_json::json;

use super::dollars;
use crate::operator::operator;
use crate::output::{Cell, CommandResult, Output, Table, Tone, UsageError, Verdict};
use crate::problem::explain;

/// List events, sum one up, take its pictures home, and make links for its guests.
#[derive(Subcommand)]
pub(crate) enum EventCommand {
    /// Make a guest token for an event; only its hash is stored, so the token is shown once
    Token {
        /// The event's id
        event: EventId,
        /// The end of its validity, such as 2026-12-31T23:59:59Z; without it, the token does not expire
        #[arg(long)]
        expires_at: Option<Timestamp>,
    },
    /// List a tenant's events, newest first, with their month (UTC) in short
    List {
        /// The id of the tenant
        #[arg(long, value_name = "ID")]
        tenant: TenantId,
        /// A month such as 2026-10 instead of the running one; months begin and end at midnight UTC
        #[arg(long, value_name = "YYYY-MM", value_parser = read_month)]
        month: Option<String>,
    },
    /// Download every finished picture of an event; what the folder holds already is not fetched again
    Download {
        #[command(flatten)]
        event: EventArgs,
        /// Where to; it is made if it does not exist
        folder: PathBuf,
    },
    /// List an event's guest links, make one, or revoke one
    Links {
        #[command(flatten)]
        event: EventArgs,
        #[command(flatten)]
        links: links::LinksArgs,
    },
    /// Sum up an event's month (UTC): counts, rates, latency, money, and checks
    #[command(after_help = EXAMPLES)]
    Summary {
        #[command(flatten)]
        event: EventArgs,
        /// A month such as 2026-10 instead of the running one; months begin and end at midnight UTC
        #[arg(long, value_name = "YYYY-MM", value_parser = read_month)]
        month: Option<String>,
    },
}

const EXAMPLES: &str = "\
Examples:
  magic-edits event summary anna-and-ben --tenant demo-tenant
  magic-edits event summary anna-and-ben --tenant demo-tenant --month 2026-10
  magic-edits --json event summary anna-and-ben --tenant demo-tenant | jq .counts
Exit code 1 if a check says alert.";

#[derive(Debug, Clone, Args)]
pub(crate) struct EventArgs {
    /// The event's slug, as in its URLs
    pub(crate) slug: String,
    /// The id of its tenant; slugs are unique within one
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: TenantId,
}

impl EventArgs {
    pub(crate) fn caller(&self) -> TenantCaller<'_> {
        TenantCaller {
            tenant_id: &self.tenant,
            event_slug: &self.slug,
        }
    }
}

impl EventCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        match self {
            Self::Token { event, expires_at } => token(cloud, output, &event, expires_at).await,
            Self::List { tenant, month } => list::list(cloud, output, &tenant, month).await,
            Self::Download { event, folder } => download::download(cloud, output, &event, &folder).await,
            Self::Links { event, links } => links::links(cloud, output, &event, &links).await,
            Self::Summary { event, month } => summary(cloud, output, &event, month).await,
        }
    }
}

async fn token(
    cloud: &Cloud,
    output: Output,
    event: &EventId,
    expires_at: Option<Timestamp>,
) -> CommandResult {
    let found = cloud.event(event).await?;
    let found = found.ok_or_else(|| {
        UsageError(format!(
            "there is no event `{event}`: create it with `catalog apply`"
        ))
    })?;
    let made = cloud.new_token(&operator(), &found, None, expires_at).await?;
    output.result(
        json!({ "token_id": made.token_id, "token": made.token }),
        &made.token,
    )?;
    output.note(&format!(
        "The token is shown only now. Guests of {} use it in the path /api/v1/events/<token>/…",
        found.name
    ))?;
    Ok(Verdict::Done)
}

async fn summary(cloud: &Cloud, output: Output, event: &EventArgs, month: Option<String>) -> CommandResult {
    let (summary, alerts) = summarise(cloud, event.caller(), month)
        .await
        .map_err(|problem| explain(&problem))?;
    let is_fine = summary
        .checks
        .iter()
        .all(|check| check.status != CheckStatus::Alert);
    output.table(SummaryBody::new(&summary, &alerts), &summary_table(&summary))?;
    Ok(Verdict::of(is_fine))
}

fn summary_table(summary: &Summary) -> Table {
    let mut table = Table::new(["figure", "value", ""], "");
    let mut row = |figure: &str, value: String, note: String| {
        table.row([figure.into(), value.into(), Cell::new(Tone::Quiet, note)]);
    };
    let figures = &summary.figures;
    row("month", summary.spend.month.clone(), "UTC".to_owned());
    for (name, count) in [
        ("edits", figures.total),
        ("queued", figures.queued),
        ("processing", figures.processing),
        ("succeeded", figures.succeeded),
        ("failed", figures.failed),
        ("blocked", figures.blocked),
    ] {
        row(name, count.to_string(), String::new());
    }
    let millis = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |ms| format!("{ms} ms"));
    let latency = summary.latency;
    row(
        "latency",
        millis(latency.avg),
        format!(
            "p50 {}, p95 {}, {} samples",
            millis(latency.p50),
            millis(latency.p95),
            latency.samples
        ),
    );
    let spend = &summary.spend;
    row("spent at the event", dollars(spend.event), String::new());
    row(
        "spent by the tenant",
        dollars(spend.tenant),
        format!(
            "{} reserved, hard cap {}",
            dollars(spend.reserved),
            spend
                .caps
                .hard_cap_micro_usd
                .map_or_else(|| "none".to_owned(), dollars)
        ),
    );
    for check in &summary.checks {
        let tone = match check.status {
            CheckStatus::Ok => Tone::Good,
            CheckStatus::Alert => Tone::Bad,
            CheckStatus::InsufficientData => Tone::Quiet,
        };
        let value = |reading: Option<Reading>| match reading {
            None => "–".to_owned(),
            Some(Reading::Share(share)) => format!("{:.1} %", share * 100.0),
            Some(Reading::Whole(number)) => number.to_string(),
        };
        table.row([
            format!("check {}", check.id.as_str()).into(),
            Cell::new(tone, check.status.as_str()),
            Cell::new(
                Tone::Quiet,
                format!(
                    "{} of {}, {}",
                    value(check.value),
                    value(check.threshold),
                    check.id.runbook()
                ),
            ),
        ]);
    }
    table
}
