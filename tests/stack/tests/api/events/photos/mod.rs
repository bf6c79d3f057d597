//! `/api/v1/events/{token}/photos`

mod create;
mod delete;
mod limits;
mod list;
