//! The Lambda runtime, as both packages use it: which function this process runs, and the loops that serve it.
//!
//! | module | holds |
//! | --- | --- |
//! | [`http`] | functions behind the HTTP API |
//! | [`queue`] | functions that take batches of messages from a queue |
//! | [`invoked`] | functions that an operator or a schedule invokes with a payload |

mod batch;
mod handler;
pub mod http;
pub mod invoked;
pub mod queue;
mod retry;

pub use handler::{UnknownHandler, handler};
pub use lambda_runtime::Error;
