//! An edit from the guest's request to its picture or to a clear failure.

mod breaker;
mod dispatch;
mod emergency;
mod fake;
mod fallback;
mod hooks;
mod live;
mod photos;
mod picture;
mod watermark;
