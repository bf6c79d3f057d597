//! The HTTP API, endpoint by endpoint.

mod admin;
mod endpoints;
mod events;
mod examples;
mod tenant;
