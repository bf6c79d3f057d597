//! `magic-edits dispatch`

use std::num::NonZeroU32;

use clap::Args;
use domain::operations::{Dispatch, Dispatched};

use super::more_to_do;
use crate::invoke::invoke;
use crate::output::{CommandResult, Output, Verdict};
use crate::target::Target;

/// Send the edits that `queue_auto_dispatch=false` holds back.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DispatchCommand {
    /// Stop after this many edits, oldest first
    #[arg(long, default_value = "500")]
    limit: NonZeroU32,
}

const EXAMPLES: &str = "\
While the setting queue_auto_dispatch is false, edits wait for this command. Repeating it is harmless.

Examples:
  magic-edits --stack magic-edits-prod dispatch
  magic-edits --stack magic-edits-prod dispatch --limit 50 --json";

impl DispatchCommand {
    pub(crate) async fn run(self, target: &Target, output: Output) -> CommandResult {
        let progress = output.progress("sending the held edits");
        let done: Dispatched = invoke(target, "dispatch", &Dispatch { limit: self.limit }).await?;
        drop(progress);
        let more = more_to_do(done.more);
        output.result(done, &format!("{} of {} sent{more}", done.sent, done.matched))?;
        Ok(Verdict::of(done.sent == done.matched))
    }
}
