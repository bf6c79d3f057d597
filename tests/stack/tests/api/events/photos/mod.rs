//! `/api/v1/events/{token}/photos`

mod create;
mod delete;
mod get;
mod limits;
mod list;
