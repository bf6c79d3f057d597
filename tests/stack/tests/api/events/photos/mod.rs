//! `/api/v1/events/{token}/photos`

mod create;
mod limits;
mod list;
