//! What goes to the terminal: text for people, one JSON document for programs.

use serde::Serialize;

/// How to print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

#[allow(clippy::print_stdout, clippy::print_stderr)] // this is the one place that prints
impl Output {
    /// Prints a result: `value` for programs, `text` for people.
    pub(crate) fn result(self, value: impl Serialize, text: &str) {
        if self.json {
            println!("{}", serde_json::json!(value));
        } else {
            println!("{text}");
        }
    }

    /// Prints what went wrong.
    pub(crate) fn error(self, message: &str) {
        if self.json {
            eprintln!("{}", serde_json::json!({ "error": message }));
        } else {
            eprintln!("✗ {message}");
        }
    }
}
