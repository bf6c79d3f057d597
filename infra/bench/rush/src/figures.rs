//! What a scene comes to.

use std::fmt::Write;

use serde::Serialize;

#[derive(Debug, Default, Serialize)]
pub(crate) struct Figures {
    pub(crate) scene: &'static str,
    pub(crate) requests: usize,
    pub(crate) admitted: usize,
    pub(crate) refused: usize,
    /// 5xx, and functions that Lambda ended.
    pub(crate) failed: usize,
    /// Other answers, such as 409.
    pub(crate) other: usize,
    /// Transactions sent for an admission, on average over the admitted.
    pub(crate) tries: f64,
    /// Milliseconds until the answer.
    pub(crate) p50_ms: u128,
    pub(crate) p99_ms: u128,
    pub(crate) longest_ms: u128,
    /// Messages that workers gave back because a move did not come through.
    pub(crate) given_back: u32,
    /// Whether no 5xx came, and exactly as many were admitted as the cap has room for.
    pub(crate) reached: bool,
    /// Whether budget, counters and ledger agree, and nothing passed the cap.
    pub(crate) adds_up: bool,
}

impl Figures {
    pub(crate) fn table(all: &[Self]) -> String {
        let mut text = format!(
            "{:<44} {:>8} {:>8} {:>8} {:>5} {:>5} {:>6} {:>7} {:>7} {:>8} {:>10}\n",
            "scene",
            "requests",
            "admitted",
            "refused",
            "5xx",
            "other",
            "tries",
            "p50 ms",
            "p99 ms",
            "longest",
            "given back"
        );
        for row in all {
            let mark = if row.reached && row.adds_up { "✓" } else { "✗" };
            let _ = writeln!(
                text,
                "{:<44} {:>8} {:>8} {:>8} {:>5} {:>5} {:>6.2} {:>7} {:>7} {:>8} {:>10} {mark}{}",
                row.scene,
                row.requests,
                row.admitted,
                row.refused,
                row.failed,
                row.other,
                row.tries,
                row.p50_ms,
                row.p99_ms,
                row.longest_ms,
                row.given_back,
                if row.adds_up {
                    ""
                } else {
                    " the books do not agree"
                },
            );
        }
        text
    }
}
