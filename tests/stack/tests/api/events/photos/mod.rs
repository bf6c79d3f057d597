//! `/api/v1/events/{token}/photos`

mod create;
mod get;
mod limits;
mod list;
