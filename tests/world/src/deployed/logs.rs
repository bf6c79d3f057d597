//! The log lines of the functions.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::EditId;
use serde_json::{Value, json};

use crate::Place;
use crate::deployed::stack::folder;

static SECRETS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Remembers a text that must not get into any log.
pub fn keep_out(secret: &str) {
    // A short word turns up in a log by itself.
    if secret.len() >= 12 {
        let mut secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
        if secrets.insert(secret.to_owned()) {
            note(secret);
        }
    }
}

/// Notes a secret for the check of the whole run after the last test (`tests/afterwards`).
fn note(secret: &str) {
    let path = folder().join("tmp/kept-out.jsonl");
    if !path.parent().is_some_and(std::path::Path::exists) {
        // No stack, no logs: the test runs in memory.
        return;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{}\n", json!(secret)).as_bytes()).unwrap();
}

/// Every secret so far.
pub fn secrets() -> Vec<String> {
    let secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    secrets.iter().cloned().collect()
}

/// The lines of a function's log since then.
pub async fn lines(place: &Place, function: &str, since_ms: i64) -> Vec<String> {
    lines_of_group(
        place,
        &format!("/aws/lambda/{}", place.stack().function(function)),
        since_ms,
    )
    .await
}

/// The lines of a log group since then.
pub async fn lines_of_group(place: &Place, group: &str, since_ms: i64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut token = Value::Null;
    loop {
        let mut question = json!({ "logGroupName": group, "startTime": since_ms });
        if !token.is_null() {
            question["nextToken"] = token;
        }
        let answer = filter_log_events(place, &question).await;
        let events = answer["events"].as_array().unwrap();
        lines.extend(
            events
                .iter()
                .map(|event| event["message"].as_str().unwrap().to_owned()),
        );
        token = answer["nextToken"].clone();
        if token.is_null() {
            return lines;
        }
    }
}

/// How often the queue workers have logged this message since then.
pub async fn said(place: &Place, message: &str, since_ms: i64) -> usize {
    const WORKERS: [&str; 2] = ["process-edit", "poll-edit"];
    let is_meant = |line: &Value| line["message"] == message;
    nudge_all(place, &WORKERS).await;
    found(place, &WORKERS, since_ms, 1, is_meant).await;
    // Another environment may have logged it too: its line comes with its next invocation.
    let nudged_ms = now_ms(place);
    nudge_all(place, &WORKERS).await;
    let is_invocation = |line: &Value| line["message"] == "invocation";
    found(place, &WORKERS, nudged_ms, 4 * WORKERS.len(), is_invocation).await;
    found(place, &WORKERS, since_ms, 0, is_meant).await.len()
}

/// Lets these functions run once more, as far as they take messages: the emulator delivers a late line with the
/// environment's next invocation only.
async fn nudge_all(place: &Place, functions: &[&str]) {
    for worker in functions
        .iter()
        .filter(|name| ["process-edit", "poll-edit"].contains(name))
    {
        place.stack().nudge(worker).await;
    }
}

/// Lines of any function's log since then that contain a secret.
pub async fn leaks(place: &Place, since_ms: i64) -> Vec<String> {
    let secrets = secrets();
    let mut leaks = Vec::new();
    for function in place.stack().described.functions.keys() {
        let lines = lines(place, function, since_ms).await;
        let knows_one = |line: &String| secrets.iter().any(|secret| line.contains(secret));
        leaks.extend(lines.into_iter().filter(knows_one));
    }
    leaks
}

/// The JSON lines of these functions' logs since then that match, once there are at least this many.
pub async fn found(
    place: &Place,
    functions: &[&str],
    since_ms: i64,
    at_least: usize,
    is_meant: impl Fn(&Value) -> bool,
) -> Vec<Value> {
    let mut found = Vec::new();
    for round in 0..120 {
        if round % 8 == 7 {
            nudge_all(place, functions).await;
        }
        found.clear();
        for function in functions {
            let lines = lines(place, function, since_ms).await;
            let objects = lines
                .iter()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            found.extend(objects.filter(&is_meant));
        }
        if found.len() >= at_least {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    found
}

/// The most memory that a function needed while it worked on an edit, in MB.
pub async fn peak_memory_mb(place: &Place, function: &str, id: EditId) -> u64 {
    let since_ms = id.created_at().as_millisecond() - 1_000;
    for round in 0..60 {
        // The emulator delivers a late line with the environment's next invocation only.
        if round % 8 == 7 {
            place.stack().nudge(function).await;
        }
        let peak = lines(place, function, since_ms)
            .await
            .iter()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|line| line["message"] == "invocation")
            .filter(|line| {
                line["edit_ids"]
                    .as_array()
                    .is_some_and(|ids| ids.contains(&json!(id)))
            })
            .filter_map(|line| line["peak_memory_mb"].as_u64())
            .max();
        if let Some(peak) = peak {
            return peak;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("{function} has not logged an invocation for {id}");
}

/// Waits until a worker has logged this many invocations about an edit. Whatever the worker did is done then, so a test can
/// assert that it did nothing.
pub async fn until_handled(place: &Place, worker: &str, id: EditId, invocations: usize) {
    let since_ms = id.created_at().as_millisecond() - 1_000;
    let is_about = |line: &Value| {
        let ids = line["edit_ids"].as_array();
        line["message"] == "invocation" && ids.is_some_and(|ids| ids.contains(&json!(id)))
    };
    let lines = found(place, &[worker], since_ms, invocations, is_about).await;
    assert!(
        lines.len() >= invocations,
        "{worker} handled {id} {} times",
        lines.len()
    );
}

/// Milliseconds since 1970.
pub fn now_ms(place: &Place) -> i64 {
    place.now().as_millisecond()
}

async fn filter_log_events(place: &Place, question: &Value) -> Value {
    let target = "Logs_20140328.FilterLogEvents";
    place.stack().call("logs", target, question).await.unwrap()
}
