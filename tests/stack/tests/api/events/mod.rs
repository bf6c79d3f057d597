//! `/api/v1/events/{token}`

pub(in crate::api) mod access;
mod ai_edits;
mod ai_styles;
mod gallery;
mod page;
mod photos;
mod switches;
