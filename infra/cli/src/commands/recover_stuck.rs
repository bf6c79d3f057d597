//! `magic-edits recover-stuck`

use std::num::NonZeroU32;

use clap::Args;
use domain::operations::{RecoverStuck, Recovered, Recovery, Treatment};

use super::more_to_do;
use crate::invoke::invoke;
use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};
use crate::target::Target;

/// Find edits that make no progress, and requeue or fail them.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RecoverStuckCommand {
    /// An edit is stuck after this many minutes without progress
    #[arg(long, default_value_t = 30)]
    minutes: u32,
    /// Send queued edits again, and poll the provider for the others: finished pictures are delivered
    #[arg(long, conflicts_with = "fail")]
    requeue: bool,
    /// Fail stuck edits and release their money; a picture that the provider has finished is still delivered
    #[arg(long)]
    fail: bool,
    /// Stop after this many edits, those due first
    #[arg(long, default_value = "500")]
    limit: NonZeroU32,
    /// Skip edits that `queue_auto_dispatch` or the kill switch holds back, as the schedule does
    #[arg(long)]
    spare_held: bool,
}

const EXAMPLES: &str = "\
Without --requeue or --fail, the command only shows what --requeue would do; exit code 1 if an edit is stuck.
With either, exit code 1 if an edit could not be treated, or if more edits are left.

Examples:
  magic-edits --local recover-stuck
  magic-edits --stack magic-edits-prod recover-stuck --minutes 30 --requeue
  magic-edits --stack magic-edits-prod recover-stuck --minutes 60 --fail --limit 100";

impl RecoverStuckCommand {
    pub(crate) async fn run(self, target: &Target, output: Output) -> CommandResult {
        let payload = RecoverStuck {
            minutes: self.minutes,
            action: match (self.requeue, self.fail) {
                (true, _) => Recovery::Requeue,
                (_, true) => Recovery::Fail,
                _ => Recovery::DryRun,
            },
            limit: self.limit,
            spare_held: self.spare_held,
        };
        let progress = output.progress("looking for stuck edits");
        let recovered: Recovered = invoke(target, "recover-stuck", &payload).await?;
        drop(progress);
        let mut table = Table::new(["edit", "status", "minutes", "action", "why"], "no edit is stuck");
        for item in &recovered.items {
            table.row([
                item.id.into(),
                item.status.as_str().into(),
                item.age_minutes.into(),
                Cell::new(tone(item.action), name(item.action)),
                item.reason.as_str().into(),
            ]);
        }
        output.table(&recovered, &table.footer(summary(&recovered, payload.action)))?;
        Ok(Verdict::of(is_well(&recovered, payload.action)))
    }
}

/// A dry run must find nothing, and an action must leave nothing to do.
const fn is_well(recovered: &Recovered, action: Recovery) -> bool {
    match action {
        Recovery::DryRun => recovered.matched == 0 && !recovered.more,
        Recovery::Requeue | Recovery::Fail => recovered.errors == 0 && !recovered.more,
    }
}

const fn name(treatment: Treatment) -> &'static str {
    match treatment {
        Treatment::Requeue => "requeue",
        Treatment::Deliver => "deliver",
        Treatment::Fail => "fail",
        Treatment::Leave => "leave",
        Treatment::Error => "error",
    }
}

const fn tone(treatment: Treatment) -> Tone {
    match treatment {
        Treatment::Requeue => Tone::Plain,
        Treatment::Deliver => Tone::Good,
        Treatment::Leave => Tone::Quiet,
        Treatment::Fail | Treatment::Error => Tone::Bad,
    }
}

fn summary(recovered: &Recovered, action: Recovery) -> String {
    let Recovered {
        matched,
        requeued,
        delivered,
        failed,
        errors,
        held,
        ..
    } = recovered;
    let mut text = match action {
        Recovery::DryRun => format!("{matched} would be treated; nothing was changed"),
        _ => format!("{matched} treated: {requeued} requeued, {delivered} delivered, {failed} failed"),
    };
    if *errors > 0 {
        text.push_str(&format!("; {errors} could not be treated, try again"));
    }
    if *held > 0 {
        text.push_str(&format!("; {held} held back on purpose"));
    }
    text.push_str(more_to_do(recovered.more));
    text
}
