//! `/api/v1/tenant/events/{eventSlug}`

mod concurrency;
mod idempotency;
mod isolation;
mod pages;
