//! How a command ends, and the exit code that says so: 0 done, 1 failed or a check found something, 2 wrong usage.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use thiserror::Error;

use super::Output;

/// What a command comes to.
pub(crate) type CommandResult = Result<Verdict, Box<dyn Error>>;

/// The end of a command that ran through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All is as asked.
    Done,
    /// It ran, and what it looked at is not as it should be, or not all of it could be done.
    Failed,
}

impl Verdict {
    /// Done, if it holds.
    pub(crate) const fn of(holds: bool) -> Self {
        if holds { Self::Done } else { Self::Failed }
    }
}

/// What was asked makes no sense; nothing was done.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// Says what went wrong, if anything did.
pub(crate) fn report(output: Output, result: CommandResult) -> ExitCode {
    match result {
        Ok(Verdict::Done) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::FAILURE,
        // Whoever was reading has seen enough (`… | head`).
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

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
