//! `/api/v1/events/{token}`

pub(in crate::api) mod access;
mod ai_edits;
mod ai_styles;
mod photos;
mod switches;
