//! One file per subcommand.

pub(crate) mod backfill_storage;
pub(crate) mod breaker;
pub(crate) mod catalog;
pub(crate) mod completions;
pub(crate) mod dispatch;
pub(crate) mod dlq;
pub(crate) mod event;
pub(crate) mod preflight;
pub(crate) mod prune;
pub(crate) mod recover_stuck;
pub(crate) mod settings;
pub(crate) mod styles;
pub(crate) mod watch;

use domain::MicroUsd;

/// An amount for people.
fn dollars(amount: MicroUsd) -> String {
    let sign = if amount.get() < 0 { "-" } else { "" };
    let micro = amount.get().unsigned_abs();
    format!("{sign}${}.{:04}", micro / 1_000_000, micro % 1_000_000 / 100)
}
