//! runware.ai: image edits with asynchronous delivery.

mod client;
mod error;
mod models;
mod request;
mod response;
mod sizes;

pub use client::Runware;
pub use models::{ImageSlot, MODELS, Model, model, prompt_limits};
pub use sizes::{SizeChoice, Sizes};
