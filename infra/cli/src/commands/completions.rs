//! `magic-edits completions`

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::output::{CommandResult, Verdict};

/// Print completions for a shell.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsCommand {
    /// The shell
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  source <(magic-edits completions bash)
  magic-edits completions zsh > ~/.zfunc/_magic-edits
  magic-edits completions fish > ~/.config/fish/completions/magic-edits.fish";

impl CompletionsCommand {
    pub(crate) fn run<C: CommandFactory>(&self) -> CommandResult {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut C::command(), "magic-edits", &mut script);
        std::io::stdout().write_all(&script)?;
        Ok(Verdict::Done)
    }
}
