//! `magic-edits backfill-storage`

use std::num::NonZeroU32;

use clap::Args;
use domain::operations::{BackfillStorage, Backfilled, Copy};
use domain::{EditId, EventId};

use super::more_to_do;
use crate::invoke::invoke;
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};
use crate::target::Target;

/// Store a copy of finished pictures that have none.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BackfillStorageCommand {
    /// Show what would be stored, and store nothing
    #[arg(long)]
    pretend: bool,
    /// Stop after this many edits, oldest first
    #[arg(long, default_value = "200")]
    limit: NonZeroU32,
    /// Treat this edit alone, even if its stored copy was lost
    #[arg(long, value_name = "EDIT")]
    request_id: Option<EditId>,
    /// The event of that edit, which spares a search through all events
    #[arg(long, value_name = "EVENT", requires = "request_id")]
    event: Option<EventId>,
}

const EXAMPLES: &str = "\
Examples:
  magic-edits --stack magic-edits-prod backfill-storage --pretend
  magic-edits --stack magic-edits-prod backfill-storage --request-id edit_01J…";

impl BackfillStorageCommand {
    pub(crate) async fn run(self, target: &Target, output: Output) -> CommandResult {
        let payload = BackfillStorage {
            pretend: self.pretend,
            limit: self.limit,
            request_id: self.request_id,
            event_id: self.event,
        };
        let progress = output.progress("storing pictures");
        let done: Backfilled = invoke(target, "backfill-storage", &payload).await?;
        drop(progress);
        let mut table = Table::new(["edit", "action", "why"], "every picture has a stored copy");
        for item in &done.items {
            let (tone, name) = match item.action {
                Copy::Stored => (Tone::Good, "stored"),
                Copy::Skipped => (Tone::Quiet, "skipped"),
                Copy::Failed => (Tone::Bad, "failed"),
            };
            table.row([item.id.into(), Cell::new(tone, name), item.reason.as_str().into()]);
        }
        let Backfilled {
            stored,
            skipped,
            failed,
            ..
        } = done;
        let stored = if self.pretend {
            format!("{stored} would be stored")
        } else {
            format!("{stored} stored")
        };
        let more = more_to_do(done.more);
        output.table(
            &done,
            &table.footer(format!("{stored}, {skipped} skipped, {failed} failed{more}")),
        )?;
        Ok(Verdict::of(failed == 0))
    }
}
