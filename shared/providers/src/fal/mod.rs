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

use std::sync::Arc;

use domain::ProviderName;

use crate::provider::Descriptor;

pub use client::Fal;
pub use models::{ENDPOINTS, Endpoint, Fixed, PhotoField, Price};
pub use webhook::{KeyRing, SignedCall};

/// fal, for the registry.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: ProviderName::Fal,
    models: || Box::new(ENDPOINTS.iter().map(|row| &row.model)),
    connect: |http, config| Ok(Arc::new(Fal::new(http, config)?)),
    handle: handle::handle,
};
