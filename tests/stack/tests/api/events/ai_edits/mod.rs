//! `/api/v1/events/{token}/photos/{photo}/ai-edits` and `/api/v1/events/{token}/ai-edits/{requestId}`

mod abuse;
mod budget;
mod create;
mod delete;
mod get;
mod idempotency;
mod limits;
mod list;
mod order;
mod refusals;
mod rush;
