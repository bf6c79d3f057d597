//! The output of a command: tables and colours for people, plain columns for another program, one JSON document with
//! `--json`. Results go to standard output, everything else to standard error.

mod failure;
mod progress;
mod table;
mod tone;

use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use serde_json::json;

pub(crate) use failure::{CommandResult, UsageError, Verdict, report, report_usage};
pub(crate) use progress::Progress;
pub(crate) use table::{Cell, Table};
pub(crate) use tone::Tone;

/// Moves the cursor to the top left and erases everything below.
const CLEAR_SCREEN: &[u8] = b"\x1b[H\x1b[J";

#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a person is there to answer a question.
    pub(crate) fn is_interactive(self) -> bool {
        !self.json && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Prints a result: `value` for programs, `text` for people.
    pub(crate) fn result(self, value: impl Serialize, text: &str) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        if self.json {
            writeln!(out, "{}", json!(value))?;
        } else {
            writeln!(out, "{text}")?;
        }
        out.flush()
    }

    /// Prints a result that is a table: `value` for programs, the table for people.
    pub(crate) fn table(self, value: impl Serialize, table: &Table) -> io::Result<()> {
        if self.json {
            return self.result(value, "");
        }
        let width = io::stdout().is_terminal().then(terminal_width);
        let mut out = anstream::stdout().lock();
        out.write_all(table.render(width).as_bytes())?;
        out.flush()
    }

    /// Shows one view of a series. On a terminal it replaces the view before, otherwise it stands below; programs get one
    /// line per view.
    pub(crate) fn screen(self, value: impl Serialize, headline: &str, table: &Table) -> io::Result<()> {
        if self.json {
            return self.result(value, "");
        }
        let is_terminal = io::stdout().is_terminal();
        let mut out = anstream::stdout().lock();
        if is_terminal {
            out.write_all(CLEAR_SCREEN)?;
        }
        writeln!(out, "{}", Tone::Strong.paint(headline))?;
        out.write_all(table.render(is_terminal.then(terminal_width)).as_bytes())?;
        out.flush()
    }

    /// Tells people, but not programs, something beside the result.
    pub(crate) fn note(self, text: &str) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        writeln!(anstream::stderr(), "{text}")
    }

    /// Shows people at a terminal that the command is at work.
    pub(crate) fn progress(self, task: impl Into<String>) -> Progress {
        Progress::start(task.into(), self.json)
    }

    pub(crate) fn error(self, message: &str) {
        let mut err = anstream::stderr();
        // If even this cannot be written, the exit code remains.
        let _ = if self.json {
            writeln!(err, "{}", json!({ "error": message }))
        } else {
            writeln!(err, "{} {message}", Tone::Bad.paint("✗"))
        };
    }
}

fn terminal_width() -> u16 {
    terminal_size::terminal_size().map_or(100, |(width, _)| width.0)
}
