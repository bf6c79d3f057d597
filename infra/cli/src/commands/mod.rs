//! One file per subcommand.

pub(crate) mod audit;
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
pub(crate) mod site;
pub(crate) mod styles;
pub(crate) mod token;
pub(crate) mod usage;
pub(crate) mod watch;

use domain::MicroUsd;

/// Items in one page of a list.
const PAGE: u32 = 100;

/// Reads a list page by page; `page` gets the last item so far.
pub(crate) async fn all_pages<T, E>(
    page: impl AsyncFn(Option<&T>, u32) -> Result<Vec<T>, E>,
) -> Result<Vec<T>, E> {
    let mut items = Vec::new();
    loop {
        let found = page(items.last(), PAGE).await?;
        if found.is_empty() {
            return Ok(items);
        }
        items.extend(found);
    }
}

/// The end of a summary, if one run could not do everything.
const fn more_to_do(more: bool) -> &'static str {
    if more {
        "; there may be more, run it again"
    } else {
        ""
    }
}

fn dollars(amount: MicroUsd) -> String {
    let sign = if amount.get() < 0 { "-" } else { "" };
    let micro = amount.get().unsigned_abs();
    format!("{sign}${}.{:04}", micro / 1_000_000, micro % 1_000_000 / 100)
}
