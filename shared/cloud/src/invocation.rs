//! One line per invocation that says what it cost: which AWS calls it really made, how long it took, how much
//! memory it needed, and for which edits. No token, prompt or guest is in it.

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

/// Notes that the running invocation is about this edit.
pub fn about(edit: EditId) {
    // Outside an invocation (the command line) nobody listens.
    EDITS
        .try_with(|edits| edits.borrow_mut().push(edit))
        .unwrap_or_default();
}

/// The most memory that this process has ever had in use, from Linux's own accounting.
fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse().ok()?;
    Some(kilobytes.div_ceil(1024))
}
