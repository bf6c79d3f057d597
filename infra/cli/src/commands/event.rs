//! `magic-edits event`

use api::tenant::get_summary::{SummaryBody, summarise};
use clap::{Args, Subcommand};
use cloud::Cloud;
use domain::scope::TenantCaller;
use domain::summary::{CheckStatus, Reading, Summary};
use domain::{EventId, TenantId};
use jiff::Timestamp;
use serde_json::json;

use super::dollars;
use crate::output::{Cell, CommandResult, Output, Table, Tone, UsageError, Verdict};
use crate::problem::words;

/// Events and the links of their guests.
#[derive(Subcommand)]
pub(crate) enum EventCommand {
    /// Make a guest token for an event; it is shown this once and stored only as a hash
    Token {
        /// The event's id
        event: EventId,
        /// When it stops working, such as 2026-12-31T23:59:59Z; never, if left out
        #[arg(long)]
        expires_at: Option<Timestamp>,
    },
    /// How an event is doing this month: counts, rates, latency, money, and what needs attention
    #[command(after_help = EXAMPLES)]
    Summary(EventArgs),
}

const EXAMPLES: &str = "\
Examples:
  magic-edits event summary anna-and-ben --tenant demo-tenant
  magic-edits --json event summary anna-and-ben --tenant demo-tenant | jq .counts
Exit code 1 where a check says alert.";

/// Which event.
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
            Self::Summary(event) => summary(cloud, output, &event).await,
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
            "there is no event `{event}`: make it with `catalog apply`"
        ))
    })?;
    let made = cloud.new_token(&found, expires_at).await?;
    output.result(
        json!({ "token_id": made.token_id, "token": made.token }),
        &made.token,
    )?;
    output.note(&format!(
        "Shown only now. Guests of {} use it in the path: /api/v1/events/<token>/…",
        found.name
    ))?;
    Ok(Verdict::Done)
}

async fn summary(cloud: &Cloud, output: Output, event: &EventArgs) -> CommandResult {
    let (summary, alerts) = summarise(cloud, event.caller())
        .await
        .map_err(|problem| words(&problem))?;
    let is_fine = summary
        .checks
        .iter()
        .all(|check| check.status != CheckStatus::Alert);
    output.table(SummaryBody::new(&summary, &alerts), &shown(&summary))?;
    Ok(Verdict::of(is_fine))
}

fn shown(summary: &Summary) -> Table {
    let mut table = Table::new(["figure", "value", ""], "");
    let mut row = |figure: &str, value: String, note: String| {
        table.row([figure.into(), value.into(), Cell::new(Tone::Quiet, note)]);
    };
    let figures = &summary.figures;
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
    row("spent at the event", dollars(spend.event), spend.month.clone());
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
