//! `magic-edits prune`

use std::num::NonZeroU32;

use clap::Args;
use domain::operations::{Prune, Pruned};

use crate::invoke::invoke;
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};
use crate::target::Target;

/// The longest run of the function, which is invoked until nothing is left. The network would cut a connection that is
/// silent for longer.
const SECONDS_A_RUN: u32 = 120;

/// Delete edits, pictures and ledger entries past their retention.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PruneCommand {
    /// Count what would be deleted, and delete nothing
    #[arg(long)]
    pretend: bool,
    /// Keep edits, photos and their pictures for this many days, instead of the setting `request_retention_days`
    #[arg(long, value_name = "DAYS")]
    request_days: Option<NonZeroU32>,
    /// Keep ledger entries for this many days, instead of the setting `usage_ledger_retention_days`
    #[arg(long, value_name = "DAYS")]
    ledger_days: Option<NonZeroU32>,
}

const EXAMPLES: &str = "\
Examples:
  magic-edits prune --pretend                 counts what would be deleted
  magic-edits prune                           does what the nightly run does
  magic-edits prune --request-days 30 --ledger-days 365
Deleted data cannot be restored. Edits under way are kept. An interrupted run can be repeated.";

impl PruneCommand {
    pub(crate) async fn run(self, target: &Target, output: Output) -> CommandResult {
        let progress = output.progress("pruning");
        let mut total = Pruned::default();
        loop {
            let order = Prune {
                pretend: self.pretend,
                request_days: self.request_days,
                ledger_days: self.ledger_days,
                // Every run counts from the beginning, so a count needs one run without a limit.
                max_seconds: NonZeroU32::new(SECONDS_A_RUN).filter(|_| !self.pretend),
            };
            let run: Pruned = invoke(target, "prune", &order).await?;
            total.add(&Pruned {
                // The next run finds these again.
                under_way: 0,
                more: false,
                ..run
            });
            (total.under_way, total.more) = (run.under_way, run.more);
            // A lasting failure would fail in the next run too.
            if self.pretend || !run.more || run.failed > 0 {
                break;
            }
            progress.say(format!("pruned {} edits, there are more", total.requests));
        }
        drop(progress);
        output.table(total, &self.table(&total))?;
        if total.failed > 0 {
            output.note(&Tone::Bad.paint("some deletions failed: see the log of the function `prune`"))?;
        }
        Ok(Verdict::of(total.failed == 0 && !total.more))
    }

    fn table(&self, total: &Pruned) -> Table {
        let verb = if self.pretend {
            "would be deleted"
        } else {
            "deleted"
        };
        let mut table = Table::new(["what", "count", ""], "");
        for (what, count) in [
            ("edits", total.requests),
            ("pictures", total.outputs),
            ("photos", total.photos),
            ("ledger entries", total.ledger_entries),
            ("bytes", total.bytes),
        ] {
            table.row([what.into(), count.into(), Cell::new(Tone::Quiet, verb)]);
        }
        if total.under_way > 0 {
            let note = Cell::new(Tone::Warning, "kept: see `recover-stuck`");
            table.row(["edits under way".into(), total.under_way.into(), note]);
        }
        table
    }
}
