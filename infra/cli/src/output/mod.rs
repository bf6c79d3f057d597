//! What a command prints: tables and colours for people, plain columns where the output goes on to another program,
//! one JSON document with `--json`. Results go to standard output, everything else to standard error.

mod failure;
mod progress;
mod table;
mod tone;

use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use serde_json::json;

pub(crate) use failure::{CommandResult, UsageError, Verdict, report};
pub(crate) use progress::Progress;
pub(crate) use table::{Cell, Table};
pub(crate) use tone::Tone;

/// To the top left, and everything below erased.
const CLEAR: &[u8] = b"\x1b[H\x1b[J";

/// How to print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// JSON for programs, or text for people.
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether somebody sits there who can be asked.
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

    /// Shows one look of many: on a terminal in place of the one before, otherwise below it; programs get a line each.
    pub(crate) fn screen(self, value: impl Serialize, headline: &str, table: &Table) -> io::Result<()> {
        if self.json {
            return self.result(value, "");
        }
        let is_terminal = io::stdout().is_terminal();
        let mut out = anstream::stdout().lock();
        if is_terminal {
            out.write_all(CLEAR)?;
        }
        writeln!(out, "{}", Tone::Strong.paint(headline))?;
        out.write_all(table.render(is_terminal.then(terminal_width)).as_bytes())?;
        out.flush()
    }

    /// Tells people something beside the result. Programs are not told.
    pub(crate) fn note(self, text: &str) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        writeln!(anstream::stderr(), "{text}")
    }

    /// Shows that something is going on, to people at a terminal.
    pub(crate) fn progress(self, doing: impl Into<String>) -> Progress {
        Progress::start(doing.into(), self.json)
    }

    /// Prints what went wrong.
    pub(crate) fn error(self, message: &str) {
        let mut err = anstream::stderr();
        // Where even this cannot be written, the exit code remains.
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
