//! The OpenAPI 3.1 document, generated from the types that go over the wire and one table of endpoints.
//!
//! It is checked in as `openapi.json`, served from there, and a test says when it is out of date; then
//! `cargo run -p web --example openapi > openapi.json` mends it.

mod admin;
mod endpoint;
mod guest;
mod hooks;
mod render;
mod tenant;
#[cfg(test)]
mod tests;

use utoipa::openapi::OpenApi;

pub use endpoint::{Access, Endpoint, Method};

/// The document as it is checked in and served.
pub const CHECKED_IN: &str = include_str!("../../../../openapi.json");

/// Every endpoint of the contract.
pub fn endpoints() -> Vec<Endpoint> {
    let document = Endpoint::new(Method::Get, "/openapi.json", "getOpenApi", "This document")
        .access(Access::Open)
        .serves_document();
    let callers = [
        guest::endpoints(),
        tenant::endpoints(),
        admin::endpoints(),
        hooks::endpoints(),
    ];
    callers.into_iter().flatten().chain([document]).collect()
}

/// The document as the code has it.
pub fn document() -> OpenApi {
    render::document(&endpoints())
}
