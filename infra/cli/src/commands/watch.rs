//! `magic-edits watch`

use std::time::Duration;

use clap::Args;
use cloud::Cloud;
use domain::context::month_of;
use domain::figures::Figures;
use domain::{Edit, MicroUsd, Status};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::dollars;
use super::event::EventArgs;
use crate::output::{Cell, CommandResult, Output, Table, Tone, UsageError, Verdict};

/// Show a live view of an event: its counters and its newest edits.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WatchCommand {
    #[command(flatten)]
    event: EventArgs,
    /// Seconds between two updates
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    interval: u64,
    /// Stop after this many updates; Ctrl-C stops it too
    #[arg(long, value_name = "UPDATES")]
    count: Option<u64>,
    /// Number of newest edits to show
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    edits: u32,
}

const EXAMPLES: &str = "\
Examples:
  magic-edits watch anna-and-ben --tenant demo-tenant
  magic-edits --json watch anna-and-ben --tenant demo-tenant --count 1
One update costs two queries, however many edits there are. With --json every update is one line.";

/// The event at one moment.
struct Snapshot {
    at: Timestamp,
    figures: Figures,
    spent: MicroUsd,
    reserved: MicroUsd,
    edits: Vec<Edit>,
}

impl WatchCommand {
    pub(crate) async fn run(self, cloud: &Cloud, output: Output) -> CommandResult {
        let event = &self.event;
        let id = cloud.event_of_slug(&event.tenant, &event.slug).await?;
        let id = id.ok_or_else(|| {
            UsageError(format!(
                "the tenant {} has no event with the slug {}",
                event.tenant, event.slug
            ))
        })?;
        let mut updates = 0;
        loop {
            let at = cloud.now();
            let items = cloud.summary_items(&event.tenant, &id, &month_of(at)).await?;
            let snapshot = Snapshot {
                at,
                spent: items.budget.spent,
                reserved: items.budget.committed - items.budget.spent,
                figures: items.figures,
                edits: cloud.edits(&id, None, None, self.edits).await?,
            };
            output.screen(snapshot.json(), &self.headline(&snapshot), &snapshot.table())?;
            updates += 1;
            if self.count.is_some_and(|count| updates >= count) {
                return Ok(Verdict::Done);
            }
            tokio::time::sleep(Duration::from_secs(self.interval)).await;
        }
    }

    fn headline(&self, snapshot: &Snapshot) -> String {
        let figures = &snapshot.figures;
        format!(
            "{}  {}  {} edits in {} (UTC): {} queued, {} processing, {} succeeded, {} failed, {} blocked; \
             tenant spent {}, {} reserved",
            self.event.slug,
            snapshot.at.strftime("%H:%M:%S UTC"),
            figures.total,
            month_of(snapshot.at),
            figures.queued,
            figures.processing,
            figures.succeeded,
            figures.failed,
            figures.blocked,
            dollars(snapshot.spent),
            dollars(snapshot.reserved),
        )
    }
}

impl Snapshot {
    fn json(&self) -> Value {
        let figures = &self.figures;
        let edits = self.edits.iter().map(|edit| {
            json!({
                "id": edit.id,
                "status": edit.status,
                "style_key": edit.style_key,
                "provider": edit.provider,
                "attempt": edit.attempt,
                "created_at": edit.created_at,
                "updated_at": edit.updated_at,
                "failure_code": edit.failure.as_ref().map(|failure| failure.code.code()),
            })
        });
        json!({
            "at": self.at,
            "counts": {
                "total": figures.total,
                "queued": figures.queued,
                "processing": figures.processing,
                "succeeded": figures.succeeded,
                "failed": figures.failed,
                "blocked": figures.blocked,
            },
            "spent_micro_usd": self.spent,
            "reserved_micro_usd": self.reserved,
            "edits": edits.collect::<Vec<_>>(),
        })
    }

    fn table(&self) -> Table {
        let mut table = Table::new(
            ["edit", "status", "age", "style", "provider", "attempt", "outcome"],
            "there are no edits yet",
        );
        for edit in &self.edits {
            let tone = match edit.status {
                Status::Succeeded => Tone::Good,
                Status::Failed | Status::Blocked => Tone::Bad,
                Status::Processing => Tone::Warning,
                Status::Queued => Tone::Plain,
            };
            let outcome = match (&edit.failure, edit.provider_latency_ms) {
                (Some(failure), _) => failure.code.code().to_owned(),
                (None, Some(millis)) => format!("{millis} ms"),
                (None, None) => String::new(),
            };
            table.row([
                edit.id.into(),
                Cell::new(tone, edit.status.as_str()),
                age(self.at, edit.created_at).into(),
                edit.style_key.as_ref().map_or("–", |key| key.as_str()).into(),
                edit.provider.to_string().into(),
                edit.attempt.into(),
                outcome.into(),
            ]);
        }
        table
    }
}

fn age(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}
