//! One log line per invocation: the AWS calls that it made, its duration, its peak memory, and its edits. The line holds
//! no token, prompt or guest.

use std::cell::RefCell;
use std::time::Instant;

use domain::EditId;
use serde_json::json;

use crate::calls::Calls;

tokio::task_local! {
    static EDITS: RefCell<Vec<EditId>>;
}

/// Runs an invocation and logs its line.
pub async fn observe<F: Future>(work: F) -> F::Output {
    let calls = Calls::default();
    let started = Instant::now();
    let (output, edits) = EDITS
        .scope(
            RefCell::default(),
            calls.during(async {
                let output = work.await;
                (output, EDITS.with(RefCell::take))
            }),
        )
        .await;
    let line = json!({
        "level": "INFO",
        "message": "invocation",
        "aws_calls": calls.counted(),
        "edit_ids": edits,
        "duration_ms": u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "peak_memory_mb": peak_memory_mb(),
    });
    #[allow(clippy::print_stdout)] // a log line with an object in it, which tracing's fields cannot hold
    {
        println!("{line}");
    }
    output
}

/// Adds an edit to the running invocation's line.
pub fn about(edit: EditId) {
    // The command line has no invocation.
    EDITS
        .try_with(|edits| edits.borrow_mut().push(edit))
        .unwrap_or_default();
}

/// The most memory that this process has had in use, by Linux's accounting.
fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse().ok()?;
    Some(kilobytes.div_ceil(1024))
}
