//! `/api/v1/events/{token}/gallery`

mod list;
mod size;
