//! Faults: repeated deliveries, dead workers, malformed messages, and files that are no photos.

mod deaths;
mod deliveries;
mod messages;
mod photos;
