//! The report of the suite.

use std::fmt::Write;

use crate::audit::{Audit, Check};
use crate::call::{Moment, Service};
use crate::fault::Fault;
use crate::plan::{Death, Tally};
use crate::storm::{Aftermath, Wanted};

/// Faults and deaths of the storm.
pub fn storm(wanted: Wanted, tally: &Tally, after: &Aftermath) -> String {
    let times = after.times;
    let mut text = format!(
        "\n{} edits, {:.0} % faults, seed {}: admitted in {:.0} s, the storm went on for {:.0} s, all over {:.0} s after \
         it; recovery found {} that did not move: {} sent again, {} delivered, {} ended\n\n",
        wanted.edits,
        wanted.rate * 100.0,
        wanted.seed,
        times.admission.as_secs_f64(),
        times.rest_of_storm.as_secs_f64(),
        times.calm.as_secs_f64(),
        after.recovered.matched,
        after.recovered.requeued,
        after.recovered.delivered,
        after.recovered.failed,
    );
    text.push_str(&faults(tally));
    text.push_str(&deaths(tally));
    text
}

/// The outcome of the sums.
pub fn audit(audit: &Audit) -> String {
    let endings: Vec<_> = audit
        .endings
        .iter()
        .map(|(ending, count)| vec![ending.clone(), count.to_string()])
        .collect();
    table(&["how edits ended", ""], &endings) + &checks("the sums", &audit.checks)
}

/// Promises, and whether they were kept.
pub fn checks(title: &str, checks: &[Check]) -> String {
    let rows: Vec<_> = checks
        .iter()
        .map(|check| {
            let verdict = if check.is_kept { "ok" } else { "WRONG" };
            vec![
                check.what.to_owned(),
                check.expected.clone(),
                check.found.clone(),
                verdict.to_owned(),
            ]
        })
        .collect();
    table(&[title, "must be", "is", ""], &rows)
}

fn faults(tally: &Tally) -> String {
    let mut rows: Vec<_> = Fault::ALL
        .iter()
        .map(|fault| {
            row(fault.as_str(), |service| {
                tally.faults.get(&(service, *fault)).copied()
            })
        })
        .collect();
    rows.push(row("calls in all", |service| tally.calls.get(&service).copied()));
    let head: Vec<_> = ["faults"]
        .into_iter()
        .chain(Service::AWS.map(Service::as_str))
        .collect();
    table(&head, &rows)
}

fn row(name: &str, count: impl Fn(Service) -> Option<u32>) -> Vec<String> {
    let counts = Service::AWS.map(|service| count(service).unwrap_or_default().to_string());
    [name.to_owned()].into_iter().chain(counts).collect()
}

fn deaths(tally: &Tally) -> String {
    let count = |moment, after| {
        let death = Death { moment, after };
        tally.deaths.get(&death).copied().unwrap_or_default().to_string()
    };
    let rows: Vec<_> = Moment::ALL
        .iter()
        .map(|moment| {
            vec![
                moment.as_str().to_owned(),
                count(*moment, false),
                count(*moment, true),
            ]
        })
        .collect();
    table(&["processes killed", "before", "after"], &rows)
}

/// Aligned columns: the first to the left, the others to the right.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<_> = head.iter().map(|&title| title.to_owned()).collect();
    let widths: Vec<_> = (0..head.len())
        .map(|at| {
            let cells = rows.iter().chain([&head]).map(|row| row[at].chars().count());
            cells.max().unwrap_or_default()
        })
        .collect();
    let mut text = String::new();
    let rule: Vec<_> = widths.iter().map(|width| "─".repeat(*width)).collect();
    for row in [&head, &rule].into_iter().chain(rows) {
        for (at, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let _ = match at {
                0 => write!(text, "  {cell:<width$}"),
                _ => write!(text, "  {cell:>width$}"),
            };
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text.push('\n');
    text
}
