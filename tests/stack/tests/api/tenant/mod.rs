//! `/api/v1/tenant/events/{eventSlug}`

mod concurrency;
mod edits;
mod idempotency;
mod isolation;
mod pages;
