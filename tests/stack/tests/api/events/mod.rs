//! `/api/v1/events/{token}`

mod access;
mod ai_edits;
mod ai_styles;
mod photos;
mod switches;
