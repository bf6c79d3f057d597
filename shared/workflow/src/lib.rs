//! The use cases in which money or attempts move, one folder or file each.
//!
//! | module | holds |
//! | --- | --- |
//! | `admit` | all seven layers, the reservation, one transaction, one message |
//! | `prepare`, `photo` | an upload becomes the copy that edits use; the copy of an edit's photo |
//! | `process` | the next attempt: poll message, claim, submit |
//! | `poll` | an attempt's progress, until there is a result or no time left |
//! | `deliver` | a finished picture: watermark, marks, bucket, settlement |
//! | `after_failure`, `routing`, `breaker` | retry, fallback or end; which provider is in service |
//! | `recover`, `dispatch`, `backfill`, `prune`, `removals` | what a schedule or an operator runs over many edits |
//! | `worker`, `kit`, `error` | what all of them are given, and why they stop |

mod admit;
mod after_failure;
mod backfill;
mod breaker;
mod check_provider;
mod copy_settings;
mod deliver;
mod dispatch;
mod error;
mod kit;
mod limits;
mod photo;
mod poll;
mod prepare;
mod process;
mod prune;
mod recover;
mod removals;
mod routing;
mod signals;
mod worker;

pub use admit::answer::{EditAnswer, output_links};
pub use admit::entry::{Caller, Entry, event_of, grant, settings};
pub use admit::{CreateEdit, counterpart_cost, create_edit};
pub use backfill::backfill_storage;
pub use check_provider::{Reach, check_provider};
pub use copy_settings::copy_settings;
pub use dispatch::dispatch;
pub use error::WorkError;
pub use kit::ProviderKit;
pub use poll::poll_edit;
pub use prepare::prepare_photo;
pub use process::process_edit;
pub use prune::prune;
pub use recover::recover_stuck;
