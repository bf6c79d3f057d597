//! The end of a command, and its exit code: 0 done, 1 failed or a check found a problem, 2 wrong usage.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use thiserror::Error;

use super::Output;

pub(crate) type CommandResult = Result<Verdict, Box<dyn Error>>;

/// The end of a command that ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    /// A check found a problem, or not everything could be done.
    Failed,
}

impl Verdict {
    pub(crate) const fn of(is_good: bool) -> Self {
        if is_good { Self::Done } else { Self::Failed }
    }
}

/// The command makes no sense; nothing was done.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// Prints the error, if there is one, and returns the exit code.
pub(crate) fn report(output: Output, result: CommandResult) -> ExitCode {
    match result {
        Ok(Verdict::Done) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::FAILURE,
        // The reader has closed the pipe (`… | head`).
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error.to_string());
            let is_usage = error.downcast_ref::<UsageError>().is_some();
            if is_usage {
                ExitCode::from(2)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

/// Prints what clap answers instead of running a command (help, the version, wrong usage), and returns the exit code.
/// Unlike `clap::Error::exit`, it fails when the help could not be written.
pub(crate) fn report_usage(said: &clap::Error) -> ExitCode {
    let printed = said.print().and_then(|()| io::stdout().flush());
    match printed {
        Err(error) if !said.use_stderr() => report(Output::new(false), Err(error.into())),
        // Wrong usage stays wrong usage, even if its message cannot be written.
        _ => u8::try_from(said.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
