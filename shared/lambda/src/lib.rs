//! What the functions share: each kind of invocation has its module.
//!
//! | module | holds |
//! | --- | --- |
//! | [`function`] | which function of a package this process is: `_HANDLER` names it |
//! | [`http`] | functions behind the HTTP API |

pub mod function;
pub mod http;

pub use lambda_http::Error;
