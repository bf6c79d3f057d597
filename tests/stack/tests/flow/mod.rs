//! An edit's whole way, from the guest's request to the picture or to a clear failure.
//!
//! Tests run in the order of their names: one that begins alone and then waits in company comes before company.

mod breaker;
mod dispatch;
mod emergency;
mod fake;
mod fallback;
mod hooks;
mod live;
mod picture;
mod watermark;
