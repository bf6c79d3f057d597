//! `magic-edits dispatch`

use std::num::NonZeroU32;

use clap::Args;
use domain::operations::{Dispatch, Dispatched};

use crate::invoke::invoke;
use crate::output::{CommandResult, Output, Verdict};
use crate::target::Target;

/// Edits that were held back.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DispatchCommand {
    /// The most edits, oldest first
    #[arg(long, default_value = "500")]
    limit: NonZeroU32,
}

const EXAMPLES: &str = "\
Edits wait for this while the setting queue_auto_dispatch is false. Twice is harmless.

Examples:
  magic-edits --stack magic-edits-prod dispatch
  magic-edits --stack magic-edits-prod dispatch --limit 50 --json";

impl DispatchCommand {
    pub(crate) async fn run(self, target: &Target, output: Output) -> CommandResult {
        let progress = output.progress("sending edits that were held back");
        let done: Dispatched = invoke(target, "dispatch", &Dispatch { limit: self.limit }).await?;
        drop(progress);
        let more = if done.more {
            "; there may be more, run it again"
        } else {
            ""
        };
        output.result(done, &format!("{} of {} sent{more}", done.sent, done.matched))?;
        Ok(Verdict::of(done.sent == done.matched))
    }
}
