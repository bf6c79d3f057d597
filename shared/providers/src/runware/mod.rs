//! runware.ai: image edits with asynchronous delivery.

mod client;
mod error;
mod models;
mod request;
mod response;
mod sizes;

use std::sync::Arc;

use domain::ProviderName;

use crate::provider::Descriptor;

pub use client::Runware;
pub use models::{AirModel, ImageSlot, MODELS};
pub use sizes::{SizeChoice, Sizes};

/// Runware, for the registry.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: ProviderName::Runware,
    models: || Box::new(MODELS.iter().map(|row| &row.model)),
    connect: |http, config| Ok(Arc::new(Runware::new(http, config)?)),
    // Runware knows a task by the id that we gave it.
    handle: |_, request_id| Some(request_id.to_owned()),
};
