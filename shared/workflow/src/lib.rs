//! The use cases, one file each, written against the ports of `domain`.

mod create_edit;
mod create_photo;
mod finish_edit;
mod get_edit;
mod guest;
mod list_photos;
mod list_styles;
mod photo;
mod poll_edit;
mod process_edit;
mod studio;
mod work_error;

pub use create_edit::{CreateEdit, Created, create_edit};
pub use create_photo::{NewPhoto, RegisteredPhoto, create_photo};
pub use get_edit::{EditAnswer, get_edit};
pub use list_photos::{PhotoAnswer, PhotoPage, list_photos};
pub use list_styles::{StyleAnswer, list_styles};
pub use poll_edit::poll_edit;
pub use process_edit::process_edit;
pub use studio::Studio;
pub use work_error::WorkError;
