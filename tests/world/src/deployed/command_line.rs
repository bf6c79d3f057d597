//! The operator's command line, as `make up` built it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::deployed::stack::root;

/// A command that has ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The document that `--json` prints.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The program lies beside the folder of the test binary.
pub fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests.ancestors().nth(2).unwrap().join("magic-edits")
}

/// Runs `magic-edits --local` with these arguments.
pub async fn magic_edits(arguments: &[&str]) -> Ran {
    ran(in_folder(&root(), arguments), "").await
}

/// `magic-edits --local` with these arguments, in a folder with a description of a stack.
pub fn in_folder(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.current_dir(folder).arg("--local").args(arguments);
    command
}

/// Runs a command to its end, with something to read on standard input.
pub async fn ran(mut command: Command, input: &str) -> Ran {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut running = command
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // Fails where the command reads nothing and has ended already.
    let _ = running.stdin.take().unwrap().write_all(input.as_bytes());
    // Not on the test's runtime, which may serve a double meanwhile.
    let ran = tokio::task::spawn_blocking(move || running.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    Ran {
        code: ran.status.code().expect("it ended by itself"),
        out: String::from_utf8(ran.stdout).unwrap(),
        err: String::from_utf8(ran.stderr).unwrap(),
    }
}
