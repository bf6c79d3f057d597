//! The use cases, one folder or file each.
//!
//! | module | holds |
//! | --- | --- |
//! | `admit` | all seven layers, the reservation, one transaction, one message |
//! | `process` | the next attempt: poll message, claim, submit |
//! | `poll` | an attempt's progress, until there is a result or no time left |
//! | `deliver` | a finished picture: watermark, marks, bucket, settlement |
//! | `after_failure`, `routing`, `breaker` | retry, fallback or end; which provider is in service |
//! | `recover`, `dispatch`, `backfill`, `prune` | what a schedule or an operator runs over many edits |
//! | `worker`, `kit`, `error` | what all of them are given, and why they stop |

pub mod admin;
mod admit;
mod after_failure;
mod backfill;
mod breaker;
mod check_provider;
mod create_photo;
mod deliver;
mod dispatch;
mod entry;
mod error;
mod get_edit;
mod get_event;
mod guest;
mod hook;
mod kit;
mod limits;
mod list_photos;
mod list_styles;
mod photo;
mod poll;
mod process;
mod prune;
mod recover;
mod routing;
mod signals;
pub mod tenant;
mod worker;

pub use admit::{CreateEdit, create_edit};
pub use backfill::backfill_storage;
pub use check_provider::{Reach, check_provider};
pub use create_photo::{NewPhoto, RegisteredPhoto, create_photo};
pub use dispatch::dispatch;
pub use entry::Caller;
pub use error::WorkError;
pub use get_edit::{EditAnswer, get_edit};
pub use get_event::{EventAnswer, get_event};
pub use hook::{fal_hook, runware_hook};
pub use kit::ProviderKit;
pub use list_photos::{PhotoAnswer, PhotoPage, list_photos};
pub use list_styles::{StyleAnswer, list_styles};
pub use poll::poll_edit;
pub use process::process_edit;
pub use prune::prune;
pub use recover::recover_stuck;
