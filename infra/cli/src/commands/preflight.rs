//! `magic-edits preflight`

use clap::Args;
use serde_json::json;

use crate::output::{Cell, CommandResult, Output, Table, Tone, Verdict};
use crate::preflight::{self, CheckId};
use crate::target::Target;

/// Run every check of the go-live list, and show the command that fixes a failed one.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PreflightCommand {}

const EXAMPLES: &str = "\
Examples:
  magic-edits --stack magic-edits-prod preflight
  magic-edits --json preflight | jq '.checks[] | select(.holds | not)'
Exit code 1 if a check fails. Nothing is changed, and the request to each provider is free of charge.";

impl PreflightCommand {
    pub(crate) async fn run(self, target: &Target, output: Output) -> CommandResult {
        let progress = output.progress("checking");
        let checks = preflight::all(target, |id: CheckId| progress.say(id.title())).await?;
        drop(progress);
        let mut table = Table::new(["", "check", "result", "fix"], "");
        for check in &checks {
            let sign = if check.holds {
                Cell::new(Tone::Good, "✓")
            } else {
                Cell::new(Tone::Bad, "✗")
            };
            table.row([
                sign,
                check.id.title().into(),
                (&check.detail).into(),
                Cell::new(Tone::Warning, check.mend.as_deref().unwrap_or_default()),
            ]);
        }
        let failed = checks.iter().filter(|check| !check.holds).count();
        let footer = if failed == 0 {
            Tone::Good.paint("ready to go live")
        } else {
            Tone::Bad.paint(format!("{failed} of {} checks failed", checks.len()))
        };
        output.table(
            json!({ "ready": failed == 0, "checks": checks }),
            &table.footer(footer),
        )?;
        Ok(Verdict::of(failed == 0))
    }
}
