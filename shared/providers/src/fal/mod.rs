//! fal.ai: image edits through its queue.

mod models;

pub use models::{Fixed, MODELS, Model, PhotoField, Price, model, prompt_limits};
