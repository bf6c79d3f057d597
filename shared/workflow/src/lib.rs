//! The use cases, one file each, written against the ports of `domain`.

pub mod admin;
mod check_provider;
mod create_edit;
mod create_photo;
mod entry;
mod finish_edit;
mod get_edit;
mod get_event;
mod give_back;
mod guest;
mod health;
mod list_photos;
mod list_styles;
mod photo;
mod poll_edit;
mod process_edit;
mod prune;
mod routing;
mod signals;
mod studio;
pub mod tenant;
mod work_error;

pub use check_provider::{Reach, check_provider};
pub use create_edit::{CreateEdit, create_edit};
pub use create_photo::{NewPhoto, RegisteredPhoto, create_photo};
pub use entry::{Caller, TenantCaller};
pub use get_edit::{EditAnswer, OutputLinks, get_edit};
pub use get_event::{EventAnswer, get_event};
pub use list_photos::{PhotoAnswer, PhotoPage, list_photos};
pub use list_styles::{StyleAnswer, list_styles};
pub use poll_edit::poll_edit;
pub use process_edit::process_edit;
pub use prune::{Prune, Pruned, prune};
pub use studio::Studio;
pub use work_error::WorkError;
