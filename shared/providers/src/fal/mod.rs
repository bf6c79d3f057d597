//! fal.ai: image edits through its queue.
//!
//! fal names every request itself and takes no key of ours that would make a repeated submit safe. So the answer to a
//! submit is remembered ([`crate::Submitted::Accepted`]), and where it got lost, only a webhook can tell the name.

mod client;
mod error;
mod handle;
mod models;
mod request;
mod response;
mod webhook;

pub use client::Fal;
pub use handle::handle;
pub use models::{Fixed, MODELS, Model, PhotoField, Price, model, prompt_limits};
pub use webhook::{KeyRing, SignedCall};
