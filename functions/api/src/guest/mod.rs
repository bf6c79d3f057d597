//! What guests call, with the event token in the path.

pub(crate) mod create_edit;
pub(crate) mod create_photo;
pub(crate) mod delete_edit;
pub(crate) mod delete_photo;
pub(crate) mod get_edit;
pub(crate) mod get_event;
pub(crate) mod get_photo;
pub(crate) mod list_edits;
pub(crate) mod list_gallery;
pub(crate) mod list_photos;
pub(crate) mod list_styles;
