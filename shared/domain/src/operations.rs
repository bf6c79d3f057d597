//! What an operator or a schedule asks for: payloads and answers of the functions that are invoked, and the rules
//! behind them. A payload refuses fields that it does not know, so that a misspelt field is not taken for its default.

mod backfill_storage;
mod copy_settings;
mod dispatch;
mod prepare_photo;
mod prune;
mod recover_stuck;

pub use backfill_storage::{BackfillStorage, Backfilled, BackfilledItem, Copy};
pub use copy_settings::{CopiedSettings, CopySettings};
pub use dispatch::{Dispatch, Dispatched};
pub use prepare_photo::{PhotoPrepared, PreparePhoto};
pub use prune::{Prune, Pruned};
pub use recover_stuck::{RecoverStuck, Recovered, RecoveredItem, Recovery, Treatment};
