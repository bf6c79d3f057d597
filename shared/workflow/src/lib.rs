//! The use cases in which money or attempts move, one file each.

mod backfill_storage;
mod bulk;
mod check_provider;
mod create_edit;
mod dispatch;
mod edit_answer;
mod entry;
mod finish_edit;
mod give_back;
mod health;
mod photo;
mod poll_edit;
mod process_edit;
mod prune;
mod question;
mod recover_stuck;
mod routing;
mod signals;
mod studio;
mod work_error;

pub use backfill_storage::backfill_storage;
pub use check_provider::{Reach, check_provider};
pub use create_edit::{CreateEdit, counterpart_cost, create_edit};
pub use dispatch::dispatch;
pub use edit_answer::{EditAnswer, output_links};
pub use entry::{Caller, Entry, event_of, grant, settings};
pub use poll_edit::poll_edit;
pub use process_edit::process_edit;
pub use prune::prune;
pub use recover_stuck::recover_stuck;
pub use studio::Studio;
pub use work_error::WorkError;
