//! `/api/v1/tenant/events/{eventSlug}`

mod concurrency;
mod delete;
mod edits;
mod idempotency;
mod isolation;
mod page;
mod pages;
