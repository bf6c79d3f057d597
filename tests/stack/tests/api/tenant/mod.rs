//! `/api/v1/tenant`

mod activity;
mod audit;
mod concurrency;
mod delete;
mod edits;
mod events;
mod export;
mod guest_links;
mod idempotency;
mod isolation;
mod page;
mod pages;
mod photos;
mod usage;
